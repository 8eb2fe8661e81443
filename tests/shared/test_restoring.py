"""Restoring a service on a real database: what is lifted, told anew and written down, and when."""

import sys
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from tests.shared.support.outbox_harness import TOPIC, Teller, Telling
from tests.shared.support.records import made
from tests.support.callers import settings
from tests.support.pasts import heard

from shared.database import Tx, connect
from shared.messaging import outbox
from shared.messaging.epochs import note_lineage
from shared.messaging.inbox.records import Heard
from shared.restoring import Difference, Restored, Restoring
from shared.restoring.topics import Past, Topics

NUMBERS = {made(number).key: number for number in (1, 2)}
Asked = Callable[[Tx, Past], Any]


class Bench:
    """A restored service, what lies on its topics, and what its own code does."""

    def __init__(self, url: str) -> None:
        self.settings = settings(Telling, url)
        self.database = connect(self.settings)
        self.teller = Teller(self.settings, self.database)
        self.log: list[Heard] = []
        self.pasts: list[Past] = []
        self.asked: Asked | None = None

    async def retell(self, tx: Tx, past: Past) -> str:
        self.pasts.append(past)
        if self.asked:
            await self.asked(tx, past)
        await outbox.tell(tx, made(NUMBERS[past.key]))
        return ""

    async def run(self) -> Restored:
        connection = await self.database.direct.connect()
        restoring = Restoring(self.settings, {}, self.database, set(), lambda _: None)
        try:
            return await restoring.run(connection, {}, plan=False)
        finally:
            await connection.close()

    async def begins(self) -> None:
        """Find out in which life it is, as a service does when it starts."""
        connection = await self.database.direct.connect()
        try:
            await note_lineage(connection)
        finally:
            await connection.close()

    async def is_a_copy(self) -> None:
        await self.begins()
        await self.query("UPDATE epochs SET lineage = replace(lineage, '/', '0/') RETURNING 1")
        await self.begins()

    async def query(self, sql: str) -> list[Any]:
        connection = await self.database.direct.connect()
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    async def told(self, number: int) -> list[int]:
        key = made(number).key
        rows = await self.query(f"SELECT version FROM outbox WHERE key = '{key}' ORDER BY version")
        return [row["version"] for row in rows]


@pytest.fixture
async def bench(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bench]:
    here = Bench(database("shared"))

    async def read_one(_: Topics, topic: str, note: Callable[[Any], None]) -> int:
        for one in here.log:
            if one.topic == topic:
                note(one)
        return len(here.log)

    async def rewind(*_: object) -> int:
        return 0

    monkeypatch.setattr(Topics, "read_one", read_one)
    monkeypatch.setattr(Topics, "rewind", rewind)
    own = SimpleNamespace(retell=here.retell)
    monkeypatch.setitem(sys.modules, "membership.commands.retelling", own)
    yield here
    await here.database.engine.dispose()


async def two_lost(bench: Bench) -> None:
    """Let two streams stand at 1 here, and at 3 on the topic."""
    for number in (1, 2):
        await bench.teller.tells(number)
        bench.log += [heard(made(number), version) for version in (1, 2, 3)]


def named(found: Restored) -> dict[int, tuple[str, int]]:
    return {NUMBERS[one.key]: (one.became, len(one.lost)) for one in found.differences}


async def test_an_interrupted_restore_goes_on_and_loses_nothing_of_its_list(bench: Bench) -> None:
    await two_lost(bench)

    async def interrupt(_: Tx, __: Past) -> None:
        if len(bench.pasts) > 1:
            raise ConnectionResetError

    bench.asked = interrupt
    with pytest.raises(ConnectionResetError):
        await bench.run()
    bench.asked = None
    assert named(await bench.run()) == {1: ("told_anew", 2), 2: ("told_anew", 2)}
    assert (await bench.told(1), await bench.told(2)) == ([1, 4], [1, 4])
    assert named(await bench.run()) == {1: ("told_anew", 2), 2: ("told_anew", 2)}
    assert (await bench.told(1), await bench.told(2)) == ([1, 4], [1, 4])


@pytest.mark.parametrize("failed", [False, True])
async def test_what_an_earlier_restore_wrote_down_is_not_of_this_one(
    bench: Bench,
    failed: bool,  # noqa: FBT001
) -> None:
    await two_lost(bench)

    async def fail(_: Tx, __: Past) -> None:
        raise ValueError

    bench.asked = fail if failed else None
    await bench.run()
    bench.asked = None
    await bench.query("DELETE FROM outbox")
    await bench.query("UPDATE epochs SET lineage = replace(lineage, '/', '0/')")
    assert (await bench.run()).differences == []


async def test_a_stream_that_fails_is_lifted_and_named_and_keeps_no_other_from_it(
    bench: Bench,
) -> None:
    await two_lost(bench)

    async def fail(_: Tx, past: Past) -> None:
        if NUMBERS[past.key] == 1:
            raise ValueError

    bench.asked = fail
    found = await bench.run()
    assert named(found) == {1: ("failed", 2), 2: ("told_anew", 2)}
    assert found.waits_for_somebody
    await bench.teller.tells(1)  # whatever it tells next is heard
    assert (await bench.told(1), await bench.told(2)) == ([1, 4], [1, 4])
    bench.asked = None
    assert named(await bench.run()) == {1: ("told_anew", 2), 2: ("told_anew", 2)}


async def test_what_is_told_of_one_stream_moves_no_other_under_an_old_number(bench: Bench) -> None:
    await two_lost(bench)

    async def both(tx: Tx, _: Past) -> None:
        if len(bench.pasts) == 1:
            for number in (1, 2):
                await outbox.tell(tx, made(number))

    bench.asked = both
    await bench.run()
    assert (min((await bench.told(1))[1:]), min((await bench.told(2))[1:])) == (4, 4)


async def test_of_what_was_told_twice_all_is_lost_that_the_last_life_did_not_tell(
    bench: Bench,
) -> None:
    epoch = "e" * 32
    bench.log = [heard(made(), version) for version in (1, 2, 3)]
    bench.log += [heard(made(), version, epoch) for version in (2, 3, 4)]
    await bench.teller.tells(1, times=4)
    found = await bench.run()
    (past,) = bench.pasts
    lost = [(one.version, one.envelope.epoch) for one in past.lost]
    assert lost == [(2, ""), (3, "")]
    assert named(found) == {1: ("told_anew", 2)}


async def test_what_a_copy_told_and_has_not_sent_was_told_twice(bench: Bench) -> None:
    bench.log = [heard(made(), version) for version in (1, 2)]
    await bench.teller.tells(1)
    await bench.is_a_copy()
    await bench.teller.tells(1)
    assert named(await bench.run()) == {1: ("told_anew", 1)}


async def test_what_differed_is_written_down_for_good(bench: Bench) -> None:
    await two_lost(bench)
    found = await bench.run()
    acts = "SELECT act, topic, key, version, ground FROM settlements WHERE key = '{}' ORDER BY id"
    lifted, told = await bench.query(acts.format(made(1).key))
    assert (lifted["act"], lifted["topic"], lifted["version"]) == ("restored", TOPIC, 3)
    assert '"became": "lifted"' in lifted["ground"]
    assert '"became": "told_anew"' in told["ground"]
    (first,) = [one for one in found.differences if one.key == made(1).key]
    assert isinstance(first, Difference)
    assert (first.here, first.outside) == (1, 3)
