"""What followup does: remember what it hears, and keep the ledger of every commitment.

Each command works in the caller's transaction and never commits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update

from followup import queries
from followup.models import Commitment, CommitmentTerm, HeldAct, Member
from followup.rules import Facts, Figures, figures, lapse_day, one_by_one
from shared import outbox
from shared.causes import because, current
from shared.database import Tx
from shared.events import Envelope
from shared.events.followup import CommitmentLapsed, CommitmentProgressed
from shared.events.membership import (
    ActivityHeld,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
)
from shared.inbox.records import Heard

BATCH = 500
RECORD = text("""
    INSERT INTO events (topic, key, version, id, type, network, occurred_on, recorded_at,
                        actor_role, correlation_id, causation_id, headers, payload)
    SELECT * FROM unnest(
        CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:versions AS bigint[]),
        CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:networks AS text[]),
        CAST(:days AS date[]), CAST(:times AS timestamptz[]), CAST(:roles AS text[]),
        CAST(:correlations AS text[]), CAST(:causations AS text[]),
        CAST(:headers AS jsonb[]), CAST(:payloads AS bytea[]))""")


async def take_in(tx: Tx, heard: Sequence[Heard]) -> None:
    """Put a batch into the event ledger, and claim the rows that its handlers will write."""
    await record(tx, heard)
    await claim(tx, Commitment, spoken_of(heard, "commitment_id"))
    await claim(tx, Member, spoken_of(heard, "membership_id"))


async def record(tx: Tx, heard: Sequence[Heard]) -> None:
    """Add everything new to the event ledger, in one statement."""
    about = [one.envelope for one in heard]
    columns = {
        "topics": [one.topic for one in heard],
        "keys": [one.key for one in heard],
        "versions": [one.version for one in heard],
        "ids": [one.id for one in about],
        "types": [one.type for one in about],
        "networks": [one.network for one in about],
        "days": [one.occurredat for one in about],
        "times": [one.time for one in about],
        "roles": [one.actorrole for one in about],
        "correlations": [one.correlationid for one in about],
        "causations": [one.causationid for one in about],
        "headers": [envelope(one) for one in heard],
        "payloads": [one.payload for one in heard],
    }
    await (await tx.connection()).execute(RECORD, columns)


def envelope(one: Heard) -> str:
    """Give all that the event says about itself, also what no reader knows yet."""
    headers = one.record.headers
    told = {n: v.decode("utf-8", "replace") for n, v in headers if v and n.startswith("ce_")}
    # PostgreSQL: no text holds NUL, and a header that nobody reads must not stop its record.
    return to_json(told).decode().replace("\\u0000", "\\ufffd")


def spoken_of(heard: Sequence[Heard], name: str) -> Mapping[UUID, str]:
    """Give the ids under this name, each with its network."""
    found = ((getattr(one.event, name, None), one.envelope.network) for one in heard)
    return {of: network for of, network in found if of}


async def claim(tx: Tx, table: type[Commitment | Member], spoken_of: Mapping[UUID, str]) -> None:
    """Lock a row for each id, made where this is the first we hear of it.

    All in one order: streams that meet in a row lie on several partitions, and two replicas would
    else wait for each other in a circle. FOR UPDATE locks no row that isn't there, so first a stub.
    """
    if spoken_of:
        stubs = [{"id": of, "network": network} for of, network in sorted(spoken_of.items())]
        await tx.exec(insert(table).values(stubs).on_conflict_do_nothing())
        rows = select(table.id).where(col(table.id).in_(spoken_of)).order_by(col(table.id))
        await tx.exec(rows.with_for_update())


async def note_member(tx: Tx, membership_id: UUID, **facts: Any) -> None:
    """Remember facts about a membership; each stream writes its own columns, so order is free."""
    await tx.exec(update(Member).where(col(Member.id) == membership_id).values(facts))


async def note_promise(tx: Tx, made: CommitmentMade, about: Envelope) -> None:
    commitment = await tx.get_one(Commitment, made.commitment_id)
    commitment.membership_id = made.membership_id
    commitment.organisation_id = made.organisation_id
    commitment.offer = made.offer
    commitment.kept_by = made.kept_by
    commitment.starts_on = made.starts_on
    commitment.ends_before = made.ends_before
    await note_term(tx, commitment, about, "made", made.promised)


async def note_renegotiation(tx: Tx, new: CommitmentRenegotiated, about: Envelope) -> None:
    commitment = await tx.get_one(Commitment, new.commitment_id)
    await note_term(tx, commitment, about, "renegotiated", new.promised)


async def note_release(tx: Tx, released: CommitmentReleased, about: Envelope) -> None:
    commitment = await tx.get_one(Commitment, released.commitment_id)
    await note_term(tx, commitment, about, "released", 0)


async def note_term(tx: Tx, commitment: Commitment, about: Envelope, act: str, target: int) -> None:
    term = {
        "commitment_id": commitment.id,
        "version": about.aggregateversion,
        "occurred_on": about.occurredat,
        "act": act,
        "target": target,
    }
    await tx.exec(insert(CommitmentTerm).values(term))
    await progress(tx, commitment)


async def note_activity(tx: Tx, held: ActivityHeld, about: Envelope) -> None:
    """Remember that it was held, even under a commitment not yet heard of; once for each id."""
    commitment = await tx.get_one(Commitment, held.commitment_id)
    act = {
        "id": held.activity_id,
        "commitment_id": held.commitment_id,
        "held_on": about.occurredat,
        "offer": held.offer,
    }
    await tx.exec(insert(HeldAct).values(act).on_conflict_do_nothing())
    await progress(tx, commitment)


async def progress(tx: Tx, commitment: Commitment) -> None:
    """Fold the facts of a claimed commitment anew.

    Acts that came before their promise are told one by one when it comes, so that not even the
    number of events told depends on the order in which streams were heard.
    """
    facts = (await queries.facts_of(tx, [commitment]))[commitment.id]
    for known, on in [(facts, None)] if commitment.told else one_by_one(facts):
        await tell_figures(tx, commitment, known, on)
    await tx.flush()


async def lapse(tx: Tx, today: date) -> int:
    """Find each period that has ended; tell what lapsed, as of the day on which it did."""
    found = 0
    while ended := await ended_unseen(tx, today):
        for commitment in ended:
            commitment.lapse_found_on = today
        facts = await queries.facts_of(tx, ended)
        for commitment in ended:
            await tell_lapse(tx, commitment, facts[commitment.id])
        await tx.flush()
        found += len(ended)
    return found


async def ended_unseen(tx: Tx, today: date) -> Sequence[Commitment]:
    """Lock the next commitments, by id, whose period is over and whose lapse nobody has found."""
    found = await tx.exec(
        select(Commitment)
        .where(col(Commitment.ends_before) <= today, col(Commitment.lapse_found_on).is_(None))
        .order_by(col(Commitment.id))
        .limit(BATCH)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def tell_lapse(tx: Tx, commitment: Commitment, facts: Facts) -> None:
    """Tell it as followup's own act: no caller and no event stands behind it."""
    if facts.promise:
        cause = replace(current.get(), actor_id="followup", network=commitment.network)
        with because(cause):
            await tell_figures(tx, commitment, facts, lapse_day(facts, facts.promise))


async def tell_figures(
    tx: Tx, commitment: Commitment, facts: Facts, on: date | None = None
) -> None:
    """Put the figures of now on the row, and tell them if they moved; first, what lapsed now."""
    now, before = figures(facts), commitment.told or Figures()
    if facts.promise is None or now == commitment.told:
        return
    commitment.sqlmodel_update(asdict(now))
    if now.lapsed > before.lapsed:
        lapsed = CommitmentLapsed(commitment_id=commitment.id, units=now.lapsed - before.lapsed)
        await outbox.tell(tx, lapsed, on=lapse_day(facts, facts.promise))
    moved = CommitmentProgressed(commitment_id=commitment.id, **asdict(now))
    await outbox.tell(tx, moved, on=on)
