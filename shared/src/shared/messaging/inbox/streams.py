"""The order of each stream: what is next, what was seen, what must wait."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.messaging.inbox.records import Heard
from shared.messaging.kafka import FOR_EVER, Topic

Stream = tuple[str, str]

# asyncpg: a list costs 0.4 µs an element, one text next to nothing. No key holds what parts them.
BETWEEN = "\x1f"
STREAMS = """unnest(string_to_array(:topics, chr(31)), string_to_array(:keys, chr(31)))
    AS s(topic, key)"""
LOCK = text(f"""SELECT topic, key, version, id FROM inbox JOIN {STREAMS} USING (topic, key)
    ORDER BY topic, key FOR UPDATE OF inbox""")  # noqa: S608
# FOR UPDATE locks nothing where there is no row: those get a number 0 first.
MEET = text(f"""INSERT INTO inbox (topic, key, version)
    SELECT topic, key, 0 FROM {STREAMS} ORDER BY topic, key
    ON CONFLICT DO NOTHING RETURNING topic, key, version, id""")  # noqa: S608
# A statement of its own: the lock's statement would show what lay here before it waited.
PARKED = text(f"SELECT topic, key, version FROM parked JOIN {STREAMS} USING (topic, key)")  # noqa: S608
REMEMBER = text("""UPDATE inbox SET version = s.version, id = s.id
    FROM unnest(string_to_array(:topics, chr(31)), string_to_array(:keys, chr(31)),
                CAST(string_to_array(:versions, chr(31)) AS bigint[]),
                CAST(string_to_array(:ids, chr(31), '') AS uuid[])) AS s(topic, key, version, id)
    WHERE (inbox.topic, inbox.key) = (s.topic, s.key)""")


class Outcome(StrEnum):
    """What becomes of a record."""

    HANDLED = "handled"
    SEEN = "seen"
    FORKED = "forked"
    PARKED = "parked"


# No aggregate has so many events in its life: who numbers one so would make all real ones old.
FURTHEST = 1_000_000
# Why a record is parked beside its stream: no number waits for it, and none comes behind it.
BESIDE = JUMP, FORK = "jump", "forked"
OF_A_STREAM = ("gap", "behind", *BESIDE)
OF_A_RECORD = ("envelope", "not_its_teller", "null_body", "too_large", "malformed")
REASONS = (*OF_A_STREAM, *OF_A_RECORD, "handler_failed", "handler_too_slow")


@dataclass(slots=True)
class StreamPosition:
    """Where a stream stands: the last number heard, its id, and the numbers that are parked."""

    version: int
    id: UUID | None
    parked: set[int] = field(default_factory=set)
    began_with: int = 1

    def judge(self, one: Heard, topic: Topic) -> tuple[Outcome, str]:
        """Decide about one record and move on; the text is the reason for parking."""
        version = one.version
        if version <= self.version:
            forked = version == self.version and self.id not in {None, one.envelope.id}
            return (Outcome.FORKED, FORK) if forked else (Outcome.SEEN, "")
        if one.record.parked is None and version in self.parked:
            return Outcome.SEEN, ""
        if version - self.version > FURTHEST:
            return Outcome.PARKED, JUMP
        if reason := one.reason or self.waits_for(version, topic):
            self.parked.add(version)
            return Outcome.PARKED, reason
        if self.version == 0 and not topic.compacted:
            self.began_with = version
        self.version, self.id = version, one.envelope.id
        self.parked.discard(version)
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


async def lock(tx: AsyncSession, streams: Collection[Stream]) -> dict[Stream, StreamPosition]:
    """Lock the streams, new ones too, always in the same order."""
    if not streams:
        return {}
    connection = await tx.connection()
    places: dict[Stream, StreamPosition] = {}
    # Two that meet the same new ones may wait for each other in a circle: then one tries again.
    for statement in (LOCK, MEET, LOCK):
        if left := set(streams) - places.keys():
            rows = await connection.execute(statement, named(left))
            places |= {
                (topic, key): StreamPosition(version, last) for topic, key, version, last in rows
            }
    for topic, key, version in await connection.execute(PARKED, named(streams)):
        places[topic, key].parked.add(version)
    return places


def named(streams: Iterable[Stream]) -> dict[str, str]:
    """Name streams, in the one order in which they are locked."""
    topics, keys = zip(*sorted(streams), strict=True)
    return {"topics": BETWEEN.join(topics), "keys": BETWEEN.join(keys)}


async def remember(tx: AsyncSession, places: Iterable[tuple[Stream, StreamPosition]]) -> None:
    """Store the numbers that were reached."""
    if moved := dict(places):
        ordered = [moved[stream] for stream in sorted(moved)]
        reached = {
            "versions": BETWEEN.join(str(place.version) for place in ordered),
            "ids": BETWEEN.join(str(place.id or "") for place in ordered),
        }
        await (await tx.connection()).execute(REMEMBER, named(moved) | reached)
