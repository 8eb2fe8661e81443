"""A batch of records: one transaction; an outage is waited for, a broken record is parked."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from dataclasses import replace
from zlib import crc32

import structlog

from shared import metrics
from shared.database import Database, Tx, world_is_broken
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.logs import describe
from shared.messaging.causation import Cause, because
from shared.messaging.crash_points import crash_point
from shared.messaging.inbox import Hears, parking
from shared.messaging.inbox.records import Heard, One, Record, Unreadable, read
from shared.messaging.inbox.streams import Outcome, Stream, StreamPosition, lock, remember
from shared.messaging.kafka import TOPICS
from shared.settings import ServiceSettings
from shared.undone import over_and_over

LONGEST_PAUSE_SECONDS = 5.0

Judged = tuple[One, Outcome, str]
Offset = tuple[str, int, int]

log = structlog.get_logger()


class Culprit(Exception):
    """A handler failed on this record; the cause stands behind it."""

    def __init__(self, one: Heard) -> None:
        self.one = one


class TookTooLong(Exception):
    """A handler went on beyond its limit."""


class Inbox:
    """Settles records: when `process` returns, each is done, was seen before, or is parked."""

    def __init__(self, settings: ServiceSettings, database: Database, hears: Hears) -> None:
        self.service, self.limit = settings.service, settings.handler_limit_seconds
        self.municipality = settings.municipality
        self.database, self.hears = database, hears
        self.holds = 0  # a batch and a drain may both be waiting for the world
        self.moves = 0  # with each try and each record: who watches sees that we aren't stuck

    async def process(self, records: Sequence[Record]) -> None:
        """Settle records, those of a stream in their order."""
        try:
            async with asyncio.TaskGroup() as side_by_side:
                for lane in self.lanes(records):
                    side_by_side.create_task(self.process_lane(lane))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    def lanes(self, records: Sequence[Record]) -> list[Sequence[Record]]:
        """Share out more than a batch to two lanes: one works while the other awaits the database.

        A stream's records have one key and go one way. Only who claims a batch's rows at once can
        do so: handlers that lock one after another would wait for each other in circles.
        """
        if not self.hears.all or len(records) <= self.hears.batch:
            return [records]
        return [[one for one in records if crc32(one.key or b"") % 2 == way] for way in (0, 1)]

    async def process_lane(self, records: Sequence[Record]) -> None:
        """Settle records one batch after another, each in its transaction."""
        size = self.hears.batch
        for begin in range(0, len(records), size):
            batch = records[begin : begin + size]
            await self.process_batch([read(record, self.municipality) for record in batch])

    async def process_batch(self, batch: Sequence[One]) -> None:
        """Settle a batch; while the world is broken, try again for ever."""
        pause = 0.0
        try:
            while not await self.is_processed(batch, pause):
                pause = min(pause * 2 or 0.1, LONGEST_PAUSE_SECONDS)
                await asyncio.sleep(pause)
        finally:
            self.hold(-1 if pause else 0)

    async def is_processed(self, batch: Sequence[One], pause: float) -> bool:
        """Try to settle; False while the world is broken."""
        try:
            await self.isolate(batch)
        except Exception as error:
            if not world_is_broken(error):
                raise
            if pause in {0.0, LONGEST_PAUSE_SECONDS} and not isinstance(error, DatabaseRefuses):
                log.warning("inbox_holds", error=describe(error), at=self.database.at)
            self.hold(0 if pause else 1)
            return False
        return True

    def hold(self, more: int) -> None:
        self.holds += more
        metrics.inbox_holds.labels(self.service).set(self.holds)

    async def isolate(self, batch: Sequence[One]) -> None:
        """Settle what can be settled around a broken record, in order, and park that one."""
        pieces, failed = [batch], set[Offset]()
        while pieces:
            piece = pieces.pop(0)
            try:
                if piece:
                    await self.attempt(piece)
            except Exception as error:  # noqa: BLE001 - each is cut out, waited for, or raised
                cause = error.__cause__ if isinstance(error, Culprit) else error
                if cause is None or world_is_broken(cause):
                    raise (cause or error) from None
                pieces[:0] = smaller(piece, error, cause, failed)

    async def attempt(self, batch: Sequence[One]) -> None:
        """Settle a batch in one transaction, or nothing of it."""
        self.moves += 1
        async with self.database.transaction() as tx:
            places = await lock(tx, {one.stream for one in batch if isinstance(one, Heard)})
            before = {stream: place.version for stream, place in places.items()}
            judged = [(one, *judge(one, places)) for one in batch]
            left = await parking.leave(tx, [o.record.parked for o in batch if o.record.parked])
            stay = [(one, why) for one, what, why in judged if what in {"parked", "forked"}]
            await parking.park(tx, stay, left)
            heard = [(one, what) for one, what, _ in judged if isinstance(one, Heard)]
            await self.handle_all(tx, [one for one, what in heard if what == "handled"])
            moved = [(s, place) for s, place in places.items() if place.version != before[s]]
            await remember(tx, moved)
            for stream, place in moved:
                if place.began_with > 1:
                    await parking.note_beginning(tx, stream, place.began_with, self.service)
                await parking.open_next(tx, stream, place, compacted=TOPICS[stream[0]].compacted)
        crash_point("inbox.committed")
        self.report(judged)

    async def handle_all(self, tx: Tx, new: Sequence[Heard]) -> None:
        if self.hears.all and new:
            await self.within_limit(self.hears.all(tx, new))
        for one in new:
            self.moves += 1
            try:
                await self.handle(tx, one)
            except Exception as error:
                raise Culprit(one) from error

    async def handle(self, tx: Tx, one: Heard) -> None:
        """Call the function that hears this event, if there is one."""
        about, event = one.envelope, one.event
        handler = self.hears.get(type(event)) if event else None
        forget = self.hears.forgets.get(one.topic) if one.payload is None else None
        if not handler and not forget:
            return
        cause = Cause(
            about.correlationid,
            str(about.id),
            self.service,
            "system",
            about.network,
            about.occurredat,
        )
        begun = time.perf_counter()
        with because(cause):
            if handler:
                await self.within_limit(handler(tx, event, about))
            elif forget:
                await self.within_limit(forget(tx, one.key, about))
        metrics.handler_seconds.labels(self.service).observe(time.perf_counter() - begun)

    async def within_limit(self, work: Awaitable[None]) -> None:
        """Await a handler, but not for ever."""
        try:
            async with asyncio.timeout(self.limit) as limit:
                await work
        except TimeoutError as error:
            if limit.expired():
                raise TookTooLong from error
            raise  # the network's: an outage

    def report(self, judged: Sequence[Judged]) -> None:
        outcomes = [outcome for _, outcome, _ in judged]
        for outcome in Outcome:
            metrics.inbox_heard.labels(self.service, outcome).inc(outcomes.count(outcome))
        for one, outcome, reason in judged:
            if outcome is Outcome.PARKED:
                log.warning("record_parked", **place_of(one), reason=reason)
            elif outcome is Outcome.FORKED:
                log.error("stream_forked", **place_of(one))
            elif isinstance(one, Heard) and not one.event and one.envelope.kind is None:
                metrics.inbox_heard.labels(self.service, "unknown").inc()

    async def drain(self) -> int:
        """Try parked records whose time has come, by the same code as a batch.

        Gives of how many streams: as long as there are some, more may wait behind them.
        """
        drained = 0
        async with self.database.transaction() as tx:
            due = await parking.due_streams(tx)
        for topic, key in due:
            # A stream that we can't drain keeps no other from it.
            with suppress(Exception), self.database.undone.thing("streams", f"{topic} {key}"):
                async with self.database.transaction() as tx:
                    records = await parking.due_records(tx, topic, key)
                await self.process(records)
                drained += 1
        return drained

    async def run(self) -> None:
        """Drain for ever."""
        await over_and_over(self.database.undone, "drain", self.drain, 1)


def judge(one: One, places: dict[Stream, StreamPosition]) -> tuple[Outcome, str]:
    """Decide about a record; one without a stream can only be parked."""
    if isinstance(one, Unreadable):
        return Outcome.PARKED, one.reason
    return places[one.stream].judge(one, TOPICS[one.topic])


def smaller(
    piece: Sequence[One], error: Exception, cause: BaseException, failed: set[Offset]
) -> list[Sequence[One]]:
    """Cut around the culprit, or in halves; one that failed alone twice gets its reason."""
    if len(piece) > 1:
        at = piece.index(error.one) if isinstance(error, Culprit) else len(piece) // 2
        after = at + 1 if isinstance(error, Culprit) else at
        return [piece[:at], piece[at:after], piece[after:]]
    one = piece[0]
    if one.reason in {"handler_failed", "handler_too_slow"} or isinstance(one, Unreadable):
        raise error  # not even parking it works: our bug, it escapes
    offset = (one.record.topic, one.record.partition, one.record.offset)
    if offset not in failed:
        failed.add(offset)
        return [piece]
    reason = "handler_too_slow" if isinstance(cause, TookTooLong) else "handler_failed"
    return [[replace(one, reason=reason, detail=describe(cause))]]


def place_of(one: One) -> dict[str, object]:
    """Say where a record lies, for the log."""
    record = one.record
    found: dict[str, object] = {"topic": record.topic, "partition": record.partition}
    found["offset"] = record.offset
    return found | ({"key": one.key, "version": one.version} if isinstance(one, Heard) else {})
