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
PLACE = "version, id, epoch, array_to_string(former, ' ')"
LOCK = text(f"""SELECT topic, key, {PLACE} FROM inbox JOIN {STREAMS} USING (topic, key)
    ORDER BY topic, key FOR UPDATE OF inbox""")  # noqa: S608
# FOR UPDATE locks nothing where there is no row: those get a number 0 first.
MEET = text(f"""INSERT INTO inbox (topic, key, version)
    SELECT topic, key, 0 FROM {STREAMS} ORDER BY topic, key
    ON CONFLICT DO NOTHING RETURNING topic, key, {PLACE}""")  # noqa: S608
# A statement of its own: the lock's statement would show what lay here before it waited.
PARKED = text(f"""SELECT topic, key, version, epoch, reason = 'another_epoch'
    FROM parked JOIN {STREAMS} USING (topic, key)""")  # noqa: S608
REMEMBER = text("""UPDATE inbox SET version = s.version, id = s.id,
        epoch = coalesce(s.epoch, ''), former = string_to_array(coalesce(s.former, ''), ' ')
    FROM unnest(string_to_array(:topics, chr(31)), string_to_array(:keys, chr(31)),
                CAST(string_to_array(:versions, chr(31)) AS bigint[]),
                CAST(string_to_array(:ids, chr(31), '') AS uuid[]),
                string_to_array(:epochs, chr(31)), string_to_array(:formers, chr(31)))
        AS s(topic, key, version, id, epoch, former)
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
ANOTHER_EPOCH = "another_epoch"
OF_A_STREAM = ("gap", "behind", ANOTHER_EPOCH, *BESIDE)
OF_A_RECORD = ("envelope", "not_its_teller", "null_body", "too_large", "malformed")
REASONS = (*OF_A_STREAM, *OF_A_RECORD, "handler_failed", "handler_too_slow")


@dataclass(slots=True)
class StreamPosition:
    """Where a stream stands: the last number heard, its id and epoch, and what is parked.

    `parked` gives the epoch of each number. Where its teller's database was restored and told a
    number anew, the stream is `barred` until a person has decided.
    """

    version: int
    id: UUID | None
    epoch: str = ""
    former: tuple[str, ...] = ()
    parked: dict[int, str | None] = field(default_factory=dict)
    barred: bool = False
    began_with: int = 1

    def judge(self, one: Heard, topic: Topic) -> tuple[Outcome, str]:
        """Decide about one record and move on; the text is the reason for parking."""
        version = one.version
        if version <= self.version:
            return self.judge_old(one)
        if version in self.parked and self.is_another(one):
            return self.judge_again(one)
        if version - self.version > FURTHEST:
            return Outcome.PARKED, JUMP
        if reason := one.reason or self.waits_for(version, topic):
            self.parked[version] = one.envelope.epoch
            return Outcome.PARKED, reason
        if self.version == 0 and not topic.compacted:
            self.began_with = version
        self.enter(one.envelope.epoch)
        self.version, self.id = version, one.envelope.id
        self.parked.pop(version, None)
        return Outcome.HANDLED, ""

    def judge_old(self, one: Heard) -> tuple[Outcome, str]:
        """Decide about a number that was heard: the same event again, or another told anew."""
        is_last, about = one.version == self.version, one.envelope
        if is_last and about.id == self.id:
            return Outcome.SEEN, ""
        # The first life of a database has no name: nothing but what was told in it lacks one.
        if about.epoch in {"", self.epoch, *self.former}:
            forked = is_last and self.id is not None
            return (Outcome.FORKED, FORK) if forked else (Outcome.SEEN, "")
        if one.record.parked is None and one.version in self.parked:
            return self.judge_again(one)
        self.parked[one.version], self.barred = about.epoch, True
        return Outcome.PARKED, ANOTHER_EPOCH

    def judge_again(self, one: Heard) -> tuple[Outcome, str]:
        """Decide about a number that is parked: that of another epoch is parked beside it."""
        if self.parked[one.version] in {None, one.envelope.epoch}:
            return Outcome.SEEN, ""
        self.barred = True
        return Outcome.FORKED, ANOTHER_EPOCH

    def is_another(self, one: Heard) -> bool:
        """Tell a record from that which is parked under its number."""
        epochs = None, one.envelope.epoch
        return one.record.parked is None or self.parked[one.version] not in epochs

    def enter(self, epoch: str) -> None:
        """Remember the epoch, and the one before it: what comes again from there was heard."""
        if epoch != self.epoch:
            known = {*self.former, self.epoch} - {"", epoch}
            self.former, self.epoch = tuple(sorted(known)), epoch

    def waits_for(self, version: int, topic: Topic) -> str:
        """Say why a number can't be handled yet; empty when it can."""
        if self.barred:
            return "behind"
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
                (topic, key): StreamPosition(version, last, epoch, tuple(former.split()))
                for topic, key, version, last, epoch, former in rows
            }
    for topic, key, version, epoch, bars in await connection.execute(PARKED, named(streams)):
        if version is not None:  # else it lies beside one of its number
            places[topic, key].parked[version] = epoch
        places[topic, key].barred |= bars
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
            "epochs": BETWEEN.join(place.epoch for place in ordered),
            "formers": BETWEEN.join(" ".join(place.former) for place in ordered),
        }
        await (await tx.connection()).execute(REMEMBER, named(moved) | reached)
