"""A database that was restored is found by itself, and says so in all that it tells."""

from collections.abc import Callable
from uuid import uuid4

from structlog.testing import capture_logs
from tests.shared.support.outbox_harness import Teller, Telling
from tests.support.callers import settings

from jobbpakten_local.parts.postgres import Postgres
from shared.database import connect
from shared.edges.postgres import Door
from shared.messaging.epochs import draw, note_lineage


async def life(url: str, *, by_hand: bool = False) -> list[tuple[str, str]]:
    """Let a relay come to a database, or a person restore it; give the epochs drawn so far."""
    connection = await Door(url).connect()
    try:
        await (draw if by_hand else note_lineage)(connection)
        rows = await connection.fetch("SELECT epoch, because FROM epochs ORDER BY number")
        return [(row["epoch"], row["because"]) for row in rows]
    finally:
        await connection.close()


async def headers(url: str, number: int) -> list[str | None]:
    about = settings(Telling, url)
    teller = Teller(about, connect(about))
    await teller.tells(number)
    await teller.database.engine.dispose()
    connection = await Door(url).connect()
    try:
        rows = await connection.fetch("SELECT headers ->> 'ce_epoch' AS e FROM outbox ORDER BY 1")
        return [row["e"] for row in rows]
    finally:
        await connection.close()


async def test_a_database_has_one_life_as_long_as_it_is_itself(
    database: Callable[[str], str],
) -> None:
    url = database("shared")
    assert await headers(url, 1) == [None]
    assert await life(url) == [("", "first")]
    assert await life(url) == [("", "first")]
    assert await headers(url, 1) == [None, None]


async def test_a_copy_begins_another_and_what_it_tells_bears_its_name(
    database: Callable[[str], str], postgres: Postgres, databases: set[str]
) -> None:
    url = database("shared")
    await life(url)
    name = f"copy_{uuid4().hex}"
    databases.add(name)
    copy = postgres.create_database(name, url.split("/")[-1].split("?")[0])
    _, (epoch, because) = await life(copy)
    assert because == "copy"
    assert len(await life(copy)) == 2
    assert await headers(copy, 1) == [epoch]


async def test_tables_made_anew_by_a_dump_begin_another(database: Callable[[str], str]) -> None:
    url = database("shared")
    await life(url)
    connection = await Door(url).connect()
    try:
        await connection.execute("UPDATE epochs SET lineage = replace(lineage, '/', '0/')")
    finally:
        await connection.close()
    assert [because for _, because in await life(url)] == ["first", "copy"]


async def test_a_server_that_took_over_or_went_on_from_some_moment_begins_another(
    database: Callable[[str], str],
) -> None:
    url = database("shared")
    await life(url)
    connection = await Door(url).connect()
    try:
        await connection.execute("UPDATE epochs SET lineage = lineage || 'before'")
    finally:
        await connection.close()
    assert [because for _, because in await life(url)] == ["first", "server"]


async def test_the_first_life_of_a_database_that_has_told_already_is_said_aloud(
    database: Callable[[str], str],
) -> None:
    url = database("shared")
    await headers(url, 1)
    with capture_logs() as logs:
        assert await life(url) == [("", "first")]
        await life(url)
    assert [one["event"] for one in logs] == ["database_told_before_it_had_epochs"]


async def test_a_person_who_restores_a_copy_before_it_was_started_begins_two(
    database: Callable[[str], str],
) -> None:
    url = database("shared")
    await life(url)
    connection = await Door(url).connect()
    try:
        await connection.execute("UPDATE epochs SET lineage = replace(lineage, '/', '0/')")
    finally:
        await connection.close()
    assert [why for _, why in await life(url, by_hand=True)] == ["first", "copy", "restore"]


async def test_whoever_restored_a_database_in_its_place_says_so(
    database: Callable[[str], str],
) -> None:
    url = database("shared")
    await life(url)
    _, (epoch, because) = await life(url, by_hand=True)
    assert because == "restore"
    assert await headers(url, 1) == [epoch]
