"""Keep the ledger of every commitment: store each fact, fold them anew, tell what moved."""

from dataclasses import asdict
from datetime import date

from sqlalchemy.dialects.postgresql import insert

from followup.commands.upserts import upsert
from followup.models import Commitment, CommitmentTerm
from followup.queries import facts as known
from followup.rules.facts import Facts
from followup.rules.ledger import Figures, figures, lapse_day, one_by_one
from jobbpakten_events import Envelope
from jobbpakten_events.followup import CommitmentLapsed, CommitmentProgressed
from jobbpakten_events.membership import (
    ActivityHeld,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
)
from shared.database import Tx
from shared.messaging import outbox


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
    await upsert(tx, "acts", act)
    await progress(tx, commitment)


async def progress(tx: Tx, commitment: Commitment) -> None:
    """Fold the facts of a claimed commitment anew.

    What came before the promise is told one by one when it comes, so that not even the number of
    events told depends on whether the promise or what keeps it was heard first.
    """
    facts = (await known.facts_of(tx, [commitment]))[commitment.id]
    for now, on in [(figures(facts), None)] if commitment.told else one_by_one(facts):
        await tell_figures(tx, commitment, facts, now, on)
    await tx.flush()


async def tell_figures(
    tx: Tx, commitment: Commitment, facts: Facts, now: Figures, on: date | None = None
) -> None:
    """Put the figures of now on the row, and tell them if they moved; first, what lapsed now."""
    before = commitment.told or Figures()
    if facts.promise is None or now == commitment.told:
        return
    commitment.sqlmodel_update(asdict(now))
    if now.lapsed > before.lapsed:
        lapsed = CommitmentLapsed(commitment_id=commitment.id, units=now.lapsed - before.lapsed)
        await outbox.tell(tx, lapsed, on=lapse_day(facts, facts.promise))
    moved = CommitmentProgressed(commitment_id=commitment.id, **asdict(now))
    await outbox.tell(tx, moved, on=on)
