"""A consumer that loses nobody's records when those of one partition can't even be read."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, UnsupportedCodecError

from shared.edges.kafka_causes import NOT_ALLOWED

# A header's name that is no text, a wrong checksum, a codec that isn't installed.
UNREADABLE = (ValueError, CorruptRecordException, UnsupportedCodecError)

WAIT_MS = 1_000

Records = dict[TopicPartition, list[ConsumerRecord]]
log = structlog.get_logger()


class CarefulConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Sets a partition aside that can't be read, by name, and goes on with the others.

    aiokafka: a fetch that fails on one partition throws away what it has drained of the others,
    and their positions have moved on. What it isn't allowed it keeps: FastStream asks again only.
    """

    owed = False  # a rewind that hasn't been done, or whose records haven't come again
    refused: KafkaError | None = None

    async def getmany(self, *places: TopicPartition, **how: Any) -> Records:
        # FastStream is deaf after an empty poll for as long as that took: so ours are seldom empty.
        how["timeout_ms"] = WAIT_MS
        try:
            return await self.carefully(super().getmany, *places, **how)
        except NOT_ALLOWED as error:
            self.refused = error
            raise

    async def carefully(
        self, fetch: Callable[..., Awaitable[Records]], *places: TopicPartition, **how: Any
    ) -> Records:
        if not self.owed:
            try:
                return await fetch(*places, **how)
            except UNREADABLE:
                self.owed = True
        await self.rewind()
        found = await self.one_by_one(fetch)
        self.owed = False
        return found

    async def rewind(self) -> None:
        """Go back to what is committed: what was thrown away comes again."""
        for place in self.assignment():
            offset = await self.committed(place)
            if offset is None:
                await self.seek_to_beginning(place)
            else:
                self.seek(place, offset)

    async def one_by_one(self, fetch: Callable[..., Awaitable[Records]]) -> Records:
        found: Records = {}
        for place in self.assignment() - self.paused():
            try:
                found |= await fetch(place, timeout_ms=1_000)
            except UNREADABLE as error:
                self.pause(place)
                kind, number = type(error).__name__, place.partition
                log.error("partition_unreadable", topic=place.topic, partition=number, error=kind)  # noqa: TRY400 - never its text
        return found
