"""What identifies people lies sealed for each alone, in a form that no release loses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect
from sqlmodel import select
from tests.support import seals
from tests.support.callers import PUBLIC_KEY
from tests.support.releases import Release, before

from jobbpakten.keys import Keys
from shared.database import Database, connect
from shared.people import resealing
from shared.people.resealing import Shelf, reseal
from shared.people.sealing import Addressee, seal
from shared.people.vaults import Unreadable

SERVICES = ("membership", "matching", "notifications")
SHELVES: dict[str, tuple[Shelf, ...]] = {
    name: import_module(f"{name}.commands.seals").SHELVES for name in SERVICES
}
SEALED = [
    pytest.param(name, shelf, columns, id=f"{shelf.name}: {' and '.join(c.key for c in columns)}")
    for name, shelves in SHELVES.items()
    for shelf in shelves
    for columns in [*([one] for one in shelf.sealed), shelf.sealed]
]
PLENTY = 30
SCRIPT = Path(seals.__file__).read_text()


@dataclass
class Sealing:
    """A service's database, its settings, and how both releases use them."""

    service: str
    environment: dict[str, str]
    settings: Any
    database: Database

    async def write(self) -> None:
        async with self.database.transaction() as tx:
            await seals.write(self.service, tx)

    async def read(self) -> list[str]:
        async with self.database.transaction() as tx:
            return await seals.read(self.service, tx)

    async def before(self, release: Release, what: str) -> list[str]:
        """Let the release before write and read, or read, by its own commands."""
        words = ("-c", SCRIPT, self.service, what)
        done = await asyncio.to_thread(release.run, *words, **self.environment)
        assert not done.returncode, done.stderr
        found: list[str] = json.loads(done.stdout)
        return found

    async def reseal(self, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
        return {one.table: one for one in await reseal(self.settings, say)}

    async def old(self) -> int:
        """Count the rows in which something lies in the first form."""
        async with self.database.transaction() as tx:
            return sum(
                [
                    len((await tx.exec(select(shelf.table).where(shelf.is_old))).all())
                    for shelf in SHELVES[self.service]
                ]
            )


def environment(service: str, url: str) -> dict[str, str]:
    own = {"DATABASE_URL": url, "KAFKA_SERVERS": "127.0.0.1:1", "TOKEN_PUBLIC_KEY": PUBLIC_KEY}
    own |= {"MUNICIPALITY": "0380", "ENVIRONMENT": "test", "CLOCK": "manual"}
    own |= {"SMTP_HOST": "x", "PUBLIC_URL": "https://x.se", "SENDER": "a@x.se"}
    return Keys().settings | {f"{service}_{name}".upper(): value for name, value in own.items()}


@asynccontextmanager
async def sealing(service: str, url: str) -> AsyncIterator[Sealing]:
    said = environment(service, url)
    kind: Any = import_module(f"{service}.settings").Settings
    fields = {name: said.get(kind.variable(name)) for name in kind.model_fields}
    settings = kind(**{name: value for name, value in fields.items() if value is not None})
    database = connect(settings)
    yield Sealing(service, said, settings, database)
    await database.engine.dispose()


@pytest.fixture(params=SERVICES)
async def ours(
    request: pytest.FixtureRequest, database: Callable[[str], str]
) -> AsyncIterator[Sealing]:
    async with sealing(request.param, database(request.param)) as found:
        yield found


@pytest.fixture(scope="session")
def release_before(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return before(tmp_path_factory.mktemp("release"))


async def test_each_release_opens_what_the_other_has_sealed_until_it_is_sealed_anew(
    ours: Sealing, release_before: Release
) -> None:
    theirs = await ours.before(release_before, "write")
    assert theirs == await ours.read()
    await ours.write()
    both = await ours.read()
    assert len(both) == 2 * len(theirs)
    assert await ours.before(release_before, "read") == both

    done = await ours.reseal()
    assert await ours.read() == both
    assert await ours.old() == 0
    assert all((one.left, one.unreadable) == (0, 0) and one.resealed for one in done.values())
    await ours.write()  # the service noticed it
    assert await ours.old() == 0
    again = await ours.reseal()
    assert {one.resealed for one in again.values()} == {0}


async def test_the_release_before_opens_an_address_that_is_told_now(
    release_before: Release,
) -> None:
    pair = Keys()
    told = seal(pair.sealing_public, Addressee(name="Åsa", address="asa@example.se"))
    code = (
        "import os; from shared.people.sealing import opened;"
        "print(opened(*os.environ['IT'].split()))"
    )
    it = " ".join((pair.sealing_private.replace(" ", ""), told))
    done = await asyncio.to_thread(release_before.run, "-c", code, IT=it, PYTHONIOENCODING="utf-8")
    assert done.stdout == "name='Åsa' address='asa@example.se'\n"


async def test_no_two_people_differ_in_the_length_of_what_is_sealed(ours: Sealing) -> None:
    for form in ("first", "second"):
        async with ours.database.transaction() as tx:
            await seals.write(ours.service, tx, ("1989010", "198901023286"), ("x", "Å" * 200))
        for shelf in SHELVES[ours.service]:
            async with ours.database.transaction() as tx:
                rows = (await tx.exec(select(shelf.table))).all()
                for column in shelf.sealed:
                    lengths = {len(getattr(row, column.key)) for row in rows}
                    assert len(lengths) == 1, (form, column)
        await ours.reseal()


@pytest.mark.parametrize(("service", "shelf", "columns"), SEALED)
async def test_what_is_sealed_for_one_doesnt_open_beside_another(
    database: Callable[[str], str], service: str, shelf: Shelf, columns: list[Any]
) -> None:
    async with sealing(service, database(service)) as ours:
        await ours.write()
        await ours.reseal()
        before = await ours.read()
        async with ours.database.transaction() as tx:
            rows = (await tx.exec(select(shelf.table).order_by(*shelf.key))).all()
            pairs = [(a, b) for n, a in enumerate(rows) for b in rows[n + 1 :]]
        for one, other in pairs:
            await swap(ours.database, shelf, columns, one, other)
            with pytest.raises(Unreadable):
                await ours.read()
            await swap(ours.database, shelf, columns, one, other)
        assert await ours.read() == before


async def swap(database: Database, shelf: Shelf, columns: list[Any], one: Any, other: Any) -> None:
    """Put each row's columns into the other row."""
    async with database.transaction() as tx:
        first = await tx.get_one(shelf.table, inspect(one).identity)
        second = await tx.get_one(shelf.table, inspect(other).identity)
        for column in columns:
            kept = getattr(first, column.key), getattr(second, column.key)
            setattr(second, column.key, kept[0])
            setattr(first, column.key, kept[1])


async def test_sealing_anew_that_ended_half_way_goes_on_where_it_was(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "CHUNK", 1)
    await ours.write()
    all_of_it, total = await ours.read(), await ours.old()

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await ours.reseal(stop)
    assert 0 < await ours.old() < total
    assert await ours.read() == all_of_it
    await ours.reseal()
    assert await ours.old() == 0
    assert await ours.read() == all_of_it


async def test_people_who_come_meanwhile_and_rows_that_somebody_holds_are_sealed_too(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "CHUNK", 1)
    monkeypatch.setattr(resealing, "BETWEEN_ROUNDS_SECONDS", 0.1)
    await ours.write()
    shelf, held, passed = SHELVES[ours.service][0], asyncio.Event(), asyncio.Event()

    async def holds() -> None:
        """Seal a row as before, and take one, in a transaction that began before the form did."""
        async with ours.database.transaction() as tx:
            await tx.exec(select(shelf.table).limit(1).with_for_update())
            await seals.write(ours.service, tx)
            held.set()
            await passed.wait()

    def note(line: str) -> None:
        if "left" in line:  # a round is over, and what is held was passed over
            passed.set()

    async def comes() -> None:
        for _ in range(3):
            await ours.write()

    slow = asyncio.create_task(holds())
    await held.wait()
    await asyncio.gather(ours.reseal(note), comes(), slow)
    await ours.reseal()
    assert await ours.old() == 0
    everything = await ours.read()
    await ours.write()
    assert len(everything) == 5 * (len(await ours.read()) - len(everything))


async def test_what_nobody_can_open_is_left_and_counted(ours: Sealing) -> None:
    await ours.write()
    shelf = SHELVES[ours.service][0]
    async with ours.database.transaction() as tx:
        broken = (await tx.exec(select(shelf.table).limit(1))).one()
        setattr(broken, shelf.sealed[1].key, b"x" * 40)
    done = await ours.reseal()
    assert (done[shelf.name].left, done[shelf.name].unreadable) == (1, 1)
    assert await ours.old() == 1
