"""A service whose database was restored: lifted above all it ever told, and what differs told anew.

It stands still meanwhile: whoever restores holds the relay's lock. All streams are lifted in one
transaction, which writes down what differed; each is told anew in one of its own, which writes down
what became of it. So it may be interrupted and run again, and no list is lost.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Any, Protocol

import asyncpg
from aiokafka.errors import KafkaError
from sqlalchemy import text

from shared.database import Database, Tx, connect, direct_door, world_is_broken
from shared.logs import describe
from shared.messaging.causation import NOBODY, TOLD_ANEW, because
from shared.messaging.epochs import draw, is_itself
from shared.messaging.inbox.parking import SETTLE
from shared.messaging.inbox.streams import Stream
from shared.messaging.relay import LOCK, READ
from shared.networks import kind_of, run_here
from shared.restoring.topics import Past, Reach, Topics
from shared.settings import ServiceSettings

RETELLING = "{}.commands.retelling"
WELL = ("told_anew", "recalled")  # what was lost is known all the same
LIFTED, FAILED = "lifted", "failed"  # a second run tells these anew
MOST_UNSENT = 10_000_000
SETTLED = "SELECT epoch FROM epochs WHERE because = 'restore'"
LAST = "SELECT epoch FROM epochs ORDER BY number DESC LIMIT 1"
TOLD_HERE = text("SELECT topic, key, version FROM streams")
HEARD_HERE = text("SELECT topic, key, version FROM inbox WHERE version > 0")
# Since this database began to be what it is: a dump holds what earlier restores wrote down.
WRITTEN = text("""SELECT DISTINCT ON (topic, key) ground FROM settlements
    WHERE act = 'restored' AND at >=
        (SELECT max(drawn_at) FROM epochs WHERE because <> 'restore')
    ORDER BY topic, key, id DESC""")
LIFT = text("""INSERT INTO streams (topic, key, version) VALUES (:topic, :key, :version)
    ON CONFLICT (topic, key) DO UPDATE SET version = greatest(streams.version, excluded.version)""")

Say = Callable[[str], None]
Floors = Mapping[Stream, int]
Numbers = dict[Stream, int]


KAFKA_AWAY = (KafkaError,)


class NotNow(Exception):
    """It can't be restored at present; the text says why, and what helps."""


class Retelling(Protocol):
    """What a service's `commands/retelling.py` holds."""

    async def retell(self, tx: Tx, past: Past) -> str:
        """Tell the present state of what a stream is about; a word where that can't be told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stream of which others know more than the restored database does, or did when it began."""

    topic: str
    key: str
    here: int
    outside: int
    lost: tuple[str, ...]  # what was told and isn't known here any more: kinds and days
    became: str  # told_anew, or a word that says why a person has to look at it
    lifted: int  # above all that anybody had heard when it was first found


@dataclass
class Restored:
    """What has become of a service."""

    service: str
    epoch: str
    differences: list[Difference]
    missing: list[Difference]  # of other services' streams: what no topic holds any more
    read_again: int  # partitions from whose beginning it reads

    def view(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def waits_for_somebody(self) -> bool:
        return bool(self.missing) or any(one.became not in WELL for one in self.differences)


async def restore(
    settings: ServiceSettings,
    to_topics: Mapping[str, Any],
    hears: set[str],
    floors: Floors,
    say: Say,
    *,
    plan: bool = False,
) -> Restored:
    """Lift the service above what it told, tell anew what differs, and let it hear all again.

    `to_topics` is what aiokafka's clients are made with: they read also what the service tells.
    `floors` are the numbers in the inboxes of others. With `plan` nothing is changed. NotNow when
    the service runs, or Kafka doesn't answer.
    """
    async with standing_still(settings) as connection:
        database = connect(settings, run_here(kind_of(settings.service), settings))
        try:
            restoring = Restoring(settings, to_topics, database, hears, say)
            return await restoring.run(connection, floors, plan)
        finally:
            await database.engine.dispose()


@asynccontextmanager
async def standing_still(settings: ServiceSettings) -> Any:
    """Hold the relay's lock, so that nothing is sent meanwhile; NotNow where a relay leads."""
    connection = await direct_door(settings).connect()
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            raise NotNow(f"{settings.service} runs: stop all its replicas, then run this again.")
        yield connection
    finally:
        await connection.close()


@dataclass
class Restoring:
    """One restore of one service."""

    settings: ServiceSettings
    to_topics: Mapping[str, Any]
    database: Database
    hears: set[str]
    say: Say

    async def run(self, connection: asyncpg.Connection, floors: Floors, plan: bool) -> Restored:  # noqa: FBT001
        """Read, compare, and unless it is only planned, lift and tell."""
        service = self.settings.service
        told, heard = await self.numbers(TOLD_HERE), await self.numbers(HEARD_HERE)
        settled = {row["epoch"] for row in await connection.fetch(SETTLED)}
        lives = {*settled, await connection.fetchval(LAST) or ""} - {""}
        past = Topics(self.settings, self.to_topics, told, heard, settled)
        if await is_itself(connection):  # else what is written down came with the dump
            past.go_on([one for one in await self.written() if one.became in {LIFTED, FAILED}])
        await past.read(self.hears, self.say)
        past.note_unsent(await connection.fetch(READ, 0, [], MOST_UNSENT), lives)
        await past.read_forks()
        ahead = past.ahead(floors)
        self.say(f"{service}: {len(ahead)} streams are ahead of its database, or forked")
        found = Restored(service, "", [], [gone(*one) for one in past.missing()], 0)
        if plan:
            found.differences = [difference(one, "planned") for one in ahead]
            return found
        found.read_again = await past.rewind(self.hears)
        self.say(f"{service}: reads {found.read_again} partitions from their beginning")
        found.epoch = await draw(connection)
        await self.lift(ahead)
        retelling: Retelling = import_module(RETELLING.format(service))
        for number, one in enumerate(ahead, 1):
            await self.settle(one, retelling.retell, found.epoch)
            if number % 500 == 0 or number == len(ahead):
                self.say(f"{service}: {number} of {len(ahead)} streams are lifted and told anew")
        found.differences = await self.written()
        return found

    async def numbers(self, query: Any) -> Numbers:
        async with self.database.transaction() as tx:
            rows = await (await tx.connection()).execute(query)
            return {(topic, key): version for topic, key, version in rows}

    async def lift(self, ahead: Sequence[Past]) -> None:
        """Lift all streams before any is told anew: what is told of one moves others, too."""
        lifted = [{"topic": o.topic, "key": o.key, "version": o.outside} for o in ahead]
        if lifted:
            async with self.database.transaction() as tx:
                await (await tx.connection()).execute(LIFT, lifted)
                await self.write(tx, *(difference(one, LIFTED) for one in ahead))

    async def settle(
        self, one: Past, retell: Callable[[Tx, Past], Awaitable[str]], epoch: str
    ) -> None:
        """Tell a stream's state, and write down what became of it, in one transaction.

        One that can't be told keeps no other from it: it is named.
        """
        told_by = f"{TOLD_ANEW}{epoch}"
        cause = replace(NOBODY, correlation_id=told_by, causation_id=told_by, network=one.network)
        try:
            async with self.database.transaction() as tx:
                with because(cause):
                    became = await retell(tx, one) or "told_anew"
                await self.write(tx, difference(one, became))
        except Exception as error:
            if world_is_broken(error):
                raise
            self.say(f"{one.topic} {one.key} can't be told anew: {describe(error)}")
            async with self.database.transaction() as tx:
                await self.write(tx, difference(one, FAILED))

    async def write(self, tx: Tx, *found: Difference) -> None:
        """Write down for good what became of streams."""
        acts = {"act": "restored", "actor": self.settings.service, "partition": None}
        rows = [
            acts
            | {"offset": None, "topic": one.topic, "key": one.key, "version": one.outside}
            | {"ground": json.dumps(asdict(one))}
            for one in found
        ]
        await (await tx.connection()).execute(SETTLE, rows)

    async def written(self) -> list[Difference]:
        """Give what became of each stream, also in a run that was interrupted."""
        async with self.database.transaction() as tx:
            rows = (await (await tx.connection()).execute(WRITTEN)).scalars()
            found = [json.loads(ground) for ground in rows]
        return [Difference(**one | {"lost": tuple(one["lost"])}) for one in found]


def difference(one: Past, became: str) -> Difference:
    lifted = one.lifted or one.outside
    return Difference(one.topic, one.key, one.here, one.outside, one.said(), became, lifted)


def gone(topic: str, key: str, here: int, reach: Reach) -> Difference:
    """Name what a topic no longer holds of a stream that we hear."""
    lost = (f"{here + 1} to {reach.first - 1}",)
    return Difference(topic, key, here, reach.last, lost, "not_on_its_topic", 0)
