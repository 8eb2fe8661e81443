"""Remember what is heard: all of it, before anything is made of it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from followup.models import Commitment, Member
from shared.database import Tx
from shared.events.matching import MatchAccepted, PlacePaused, PlaceResumed
from shared.inbox.records import Heard

RECORD = text("""
    INSERT INTO events (topic, key, version, id, type, network, occurred_on, recorded_at,
                        actor_role, correlation_id, causation_id, headers, payload)
    SELECT * FROM unnest(
        CAST(:topics AS text[]), CAST(:keys AS text[]), CAST(:versions AS bigint[]),
        CAST(:ids AS uuid[]), CAST(:types AS text[]), CAST(:networks AS text[]),
        CAST(:days AS date[]), CAST(:times AS timestamptz[]), CAST(:roles AS text[]),
        CAST(:correlations AS text[]), CAST(:causations AS text[]),
        CAST(:headers AS jsonb[]), CAST(:payloads AS bytea[]))""")


# They name a promise and move nothing of it: no need to wait for its row.
UNMOVED = (MatchAccepted, PlacePaused, PlaceResumed)


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
    telling = (one for one in heard if not isinstance(one.event, UNMOVED))
    found = ((getattr(one.event, name, None), one.envelope.network) for one in telling)
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
