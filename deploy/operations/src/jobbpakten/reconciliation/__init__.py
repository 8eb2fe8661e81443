"""Told = heard: what services told about each aggregate, compared with what listeners heard.

Heard is read first and told after: what is under way while we look shows as a difference, and no
difference is missed. When nothing differs, waits in an outbox or is parked, all is quiet.
"""

import asyncio
import time
from collections import ChainMap
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any, Self, TypeVar

import asyncpg

from jobbpakten.reconciliation.standings import (
    FORKED,
    Heard,
    Hearing,
    Standing,
    Stream,
    Told,
    compared,
)
from shared.edges.postgres import Door, door_to
from shared.messaging.kafka import TOPICS
from shared.time import clock

__all__ = [
    "FORKED",
    "Comparison",
    "Hearing",
    "NeverQuiet",
    "OutOfReach",
    "Standing",
    "Stream",
    "standing",
    "until_quiet",
]

POLL_SECONDS = 0.03
BROKEN = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

HEARD = """SELECT inbox.topic, inbox.key, inbox.version, coalesce(late.version, 1), late.at,
        inbox.id
    FROM inbox LEFT JOIN settlements AS late
        ON late.act = 'began_late' AND (late.topic, late.key) = (inbox.topic, inbox.key)
    WHERE inbox.version > 0 AND inbox.topic = ANY($1)"""
TOLD = """SELECT topic, key, version, told_at, last_told_at, tombstone,
        (SELECT least(min(told_at), min(last_told_at)) FROM streams),
        CASE WHEN last_id_version = version THEN last_id END
    FROM streams WHERE topic = ANY($1)"""
PARKED = "SELECT count(*) FROM parked"
OUTBOX = "SELECT count(*) FROM outbox"
TOTALS = """SELECT 'told' AS side, topic, sum(version)::bigint AS total FROM streams GROUP BY topic
    UNION ALL SELECT 'heard', topic, sum(version)::bigint FROM inbox GROUP BY topic
    UNION ALL (SELECT 'waits', '', 1 FROM outbox LIMIT 1)
    UNION ALL (SELECT 'waits', '', 1 FROM parked LIMIT 1)"""

Rows = Sequence[asyncpg.Record]
Totals = dict[tuple[str, str, str], int]  # (service, side, topic) -> the sum of the last numbers
Known = TypeVar("Known", Told, Heard)
Streams = dict[tuple[str, str], dict[str, Known]]  # (service, topic) -> key -> what is known of it


class OutOfReach(Exception):
    """A service's database doesn't answer, or isn't migrated; the cause stands behind it."""

    def __init__(self, service: str, at: str, cause: BaseException) -> None:
        kind = type(cause).__name__
        super().__init__(f"The database of {service} at {at} can't be read ({kind}).")
        self.service, self.cause = service, cause


class NeverQuiet(TimeoutError):
    """The time is up and something is still under way, or lost; the text says what."""

    def __init__(self, found: Standing, seconds: float) -> None:
        super().__init__(f"Not quiet after {seconds:g} s: {found}.")
        self.standing = found


async def standing(urls: Mapping[str, Door | str], hears: Mapping[str, set[str]]) -> Standing:
    """Compare once: the services' databases by name, and the topics that each of them hears."""
    async with Comparison(urls, hears) as comparison:
        return await comparison.standing()


async def until_quiet(
    urls: Mapping[str, Door | str], hears: Mapping[str, set[str]], seconds: float = 60
) -> Standing:
    """Wait until all is quiet, once; who waits again and again keeps a `Comparison` open."""
    async with Comparison(urls, hears) as comparison:
        return await comparison.until_quiet(seconds)


class Comparison:
    """Asks the services' databases, and keeps a connection to each until it is closed.

    A topic is left out when no service that tells on it is among `urls`.
    """

    def __init__(self, urls: Mapping[str, Door | str], hears: Mapping[str, set[str]]) -> None:
        self.doors, self.hears = {name: door_to(where) for name, where in urls.items()}, hears
        self.pools: dict[str, asyncpg.Pool] = {}
        self.closing = AsyncExitStack()
        everything = sorted(set[str]().union(*hears.values()))
        self.tellers = {topic: sorted(TOPICS[topic].told_by & set(urls)) for topic in everything}
        self.tells = {
            teller: {topic for topic in everything if teller in self.tellers[topic]}
            for teller in urls
        }
        self.pairs = [
            (topic, listener)
            for topic in everything
            for listener in sorted(hears)
            if topic in hears[listener] and self.tellers[topic]
        ]

    async def __aenter__(self) -> Self:
        for service, door in self.doors.items():
            pool = asyncpg.create_pool(connect=opened(door), min_size=0, max_size=1)
            self.pools[service] = await self.closing.enter_async_context(pool)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.closing.aclose()

    async def standing(self) -> Standing:
        """Compare every stream; OutOfReach when a database doesn't answer."""
        heard = await self._streams(HEARD, self.hears, Heard)
        parked = await self._counts(PARKED)
        told = await self._streams(TOLD, self.tells, Told)
        outbox = await self._counts(OUTBOX)
        hearings = []
        for topic, listener in self.pairs:
            all_told = ChainMap(*(told.get((by, topic), {}) for by in self.tellers[topic]))
            by_listener = heard.get((listener, topic), {})
            hearings.append(compared(TOPICS[topic], listener, all_told, by_listener, clock.now()))
        return Standing(tuple(hearings), outbox, parked)

    async def until_quiet(self, seconds: float = 60) -> Standing:
        """Wait until all is quiet; NeverQuiet or OutOfReach when it isn't in time.

        Until the totals agree nothing else is read, and an outage is waited for.
        """
        patience = time.monotonic() + seconds
        while time.monotonic() < patience:
            with suppress(OutOfReach):
                if await self._totals_agree() and (found := await self.standing()).quiet:
                    return found
            await asyncio.sleep(POLL_SECONDS)
        found = await self.standing()
        if not found.quiet:
            raise NeverQuiet(found, seconds)
        return found

    async def until_heard(self, listener: str, seconds: float = 60) -> None:
        """Wait until one service has heard all that it was told; NeverQuiet when not in time."""
        pairs = [(topic, one) for topic, one in self.pairs if one == listener]
        patience = time.monotonic() + seconds
        while not self._agree(await self._totals(), pairs):
            if time.monotonic() > patience:
                raise NeverQuiet(await self.standing(), seconds)
            await asyncio.sleep(POLL_SECONDS)

    async def _totals_agree(self) -> bool:
        totals = await self._totals()
        waits = any(side == "waits" for _, side, _ in totals)
        return not waits and self._agree(totals, self.pairs)

    async def _totals(self) -> Totals:
        return {
            (service, row["side"], row["topic"]): row["total"]
            for service, rows in (await self._asked(TOTALS, {})).items()
            for row in rows
        }

    def _agree(self, totals: Totals, pairs: Sequence[tuple[str, str]]) -> bool:
        """Compare, topic and listener by pairs, what was told with what was heard."""
        return all(
            totals.get((listener, "heard", topic), 0)
            == sum(totals.get((teller, "told", topic), 0) for teller in self.tellers[topic])
            for topic, listener in pairs
        )

    async def _streams(
        self, query: str, topics: Mapping[str, set[str]], kind: Callable[..., Known]
    ) -> Streams[Known]:
        found: Streams[Known] = {}
        asked = {service: [sorted(topics.get(service, ()))] for service in self.doors}
        for service, rows in (await self._asked(query, asked)).items():
            for topic, key, *known in rows:
                found.setdefault((service, topic), {})[key] = kind(*known)
        return found

    async def _counts(self, query: str) -> dict[str, int]:
        return {service: rows[0][0] for service, rows in (await self._asked(query, {})).items()}

    async def _asked(self, query: str, about: Mapping[str, Sequence[Any]]) -> dict[str, Rows]:
        """Ask all databases at once."""
        asking = (self._answer(service, query, about.get(service, ())) for service in self.doors)
        return dict(zip(self.doors, await asyncio.gather(*asking), strict=True))

    async def _answer(self, service: str, query: str, about: Sequence[Any]) -> Rows:
        try:
            rows: Rows = await self.pools[service].fetch(query, *about)
        except BROKEN as error:
            raise OutOfReach(service, self.doors[service].at, error) from error
        return rows


def opened(door: Door) -> Callable[..., Awaitable[asyncpg.Connection]]:
    """Have a pool connect by the door, whatever it would say itself."""
    return lambda *_, **__: door.connect()
