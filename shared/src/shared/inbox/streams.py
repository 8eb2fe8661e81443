"""The order of each stream: what is next, what was seen, what must wait."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text

from shared.database import Tx
from shared.inbox.records import Heard
from shared.kafka import FOR_EVER, Topic

Stream = tuple[str, str]

# A number 0 first: FOR UPDATE locks nothing where there is no row.
MEET = text("""INSERT INTO inbox (topic, key, version)
    SELECT topic, key, 0
    FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[])) AS s(topic, key)
    ORDER BY topic, key ON CONFLICT DO NOTHING""")
LOCK = text("""SELECT topic, key, version, id FROM inbox
    JOIN unnest(CAST(:topics AS text[]), CAST(:keys AS text[])) AS s(topic, key) USING (topic, key)
    ORDER BY topic, key FOR UPDATE OF inbox""")
# A statement of its own: the lock's statement would show what lay here before it waited.
PARKED = text("""SELECT topic, key, version FROM parked
    JOIN unnest(CAST(:topics AS text[]), CAST(:keys AS text[])) AS s(topic, key)
    USING (topic, key)""")
REMEMBER = text("""UPDATE inbox SET version = s.version, id = s.id
    FROM unnest(CAST(:topics AS text[]), CAST(:keys AS text[]),
                CAST(:versions AS bigint[]), CAST(:ids AS uuid[])) AS s(topic, key, version, id)
    WHERE (inbox.topic, inbox.key) = (s.topic, s.key)""")


class Outcome(StrEnum):
    """What becomes of a record."""

    HANDLED = "handled"
    SEEN = "seen"
    FORKED = "forked"
    PARKED = "parked"


@dataclass(slots=True)
class Place:
    """Where a stream stands: the last number heard, its id, and the numbers that are parked."""

    version: int
    id: UUID | None
    parked: set[int] = field(default_factory=set)

    def judge(self, one: Heard, topic: Topic) -> tuple[Outcome, str]:
        """Decide about one record and move on; the text is the reason for parking."""
        if one.version <= self.version:
            forked = one.version == self.version and self.id not in {None, one.envelope.id}
            return (Outcome.FORKED if forked else Outcome.SEEN), ""
        if one.record.parked is None and one.version in self.parked:
            return Outcome.SEEN, ""
        if reason := one.reason or self.waits_for(one.version, topic):
            self.parked.add(one.version)
            return Outcome.PARKED, reason
        self.version, self.id = one.version, one.envelope.id
        self.parked.discard(one.version)
        return Outcome.HANDLED, ""

    def waits_for(self, version: int, topic: Topic) -> str:
        """Say why a number can't be handled yet; empty when it can."""
        if version == self.version + 1:
            return ""
        if any(parked < version for parked in self.parked):
            return "behind"
        # Compaction removes numbers, and retention the first ones of a stream we never heard.
        begins_later = self.version == 0 and topic.retention_ms != FOR_EVER
        return "" if topic.compacted or begins_later else "gap"


async def lock(tx: Tx, streams: Collection[Stream]) -> dict[Stream, Place]:
    """Lock the streams, new ones too, always in the same order."""
    if not streams:
        return {}
    topics, keys = zip(*sorted(streams), strict=True)
    about = {"topics": list(topics), "keys": list(keys)}
    connection = await tx.connection()
    await connection.execute(MEET, about)
    rows = await connection.execute(LOCK, about)
    places = {(row.topic, row.key): Place(row.version, row.id) for row in rows}
    for row in await connection.execute(PARKED, about):
        places[row.topic, row.key].parked.add(row.version)
    return places


async def remember(tx: Tx, places: Iterable[tuple[Stream, Place]]) -> None:
    """Store the numbers that were reached."""
    moved = list(places)
    if moved:
        reached = {
            "topics": [stream[0] for stream, _ in moved],
            "keys": [stream[1] for stream, _ in moved],
            "versions": [place.version for _, place in moved],
            "ids": [place.id for _, place in moved],
        }
        await (await tx.connection()).execute(REMEMBER, reached)
