"""PostgreSQL as a part."""

import os
import pwd
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from jobbpakten_local.parts import Unavailable, postgres


async def fetched(url: str, query: str) -> Any:
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.parametrize("how", ["fast", "immediate"])
async def test_what_is_committed_outlives_a_restart(folder: Path, how: postgres.How) -> None:
    with postgres.started(folder, durable=False) as server:
        url = server.create_database("kept")
        server.execute("CREATE TABLE kept AS SELECT 7 AS number", "kept")

        server.restart(how)

        assert await fetched(url, "SELECT number FROM kept") == 7


async def test_durability_is_the_default_and_connections_are_many(folder: Path) -> None:
    with postgres.started(folder) as server:
        assert await fetched(server.url("postgres"), "SHOW fsync") == "on"
        assert await fetched(server.url("postgres"), "SHOW max_connections") == "300"


async def test_a_clone_has_what_its_template_has(postgres: postgres.Postgres) -> None:
    postgres.create_database("original")
    postgres.execute("CREATE TABLE kept AS SELECT 7 AS number", "original")

    clone = postgres.create_database("clone", template="original")

    assert await fetched(clone, "SELECT number FROM kept") == 7
    postgres.drop_database("clone")
    postgres.drop_database("original")


async def test_a_database_for_a_test_has_the_plumbing(database: Callable[[str], str]) -> None:
    assert await fetched(database("shared"), "SELECT count(*) FROM streams") == 0
    assert database("shared") != database("shared")


def test_its_user_is_made_by_one_process_at_a_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two `useradd` at once both succeed, and the second's user takes the first one's place."""
    making: list[str] = []
    at_once: list[int] = []

    def slowly(name: str) -> None:
        making.append(name)
        at_once.append(len(making))
        time.sleep(0.2)
        making.remove(name)

    nobody = SimpleNamespace(pw_uid=os.geteuid())
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", lambda _: nobody)
    monkeypatch.setattr(postgres, "ensure_user_exists", slowly)
    for permitting in ("ensure_prefix_permissions", "ensure_folder_permissions"):
        monkeypatch.setattr(postgres, permitting, lambda *_: None)

    with ThreadPoolExecutor() as two:
        owners = [*two.map(postgres.owner_of, [folder, folder])]

    assert owners == ["pgserver", "pgserver"]
    assert at_once == [1, 1]


def test_an_address_from_the_environment_wins(
    postgres: postgres.Postgres,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("POSTGRES_URL", postgres.url("postgres").replace("+asyncpg", ""))

    with parts_started(folder) as given:
        assert given.url("x") == postgres.url("x")
        with pytest.raises(Unavailable, match="unset POSTGRES_URL and PARTS"):
            given.restart()

    assert not folder.exists()
    assert "because POSTGRES_URL is set" in capsys.readouterr().err


def test_an_address_where_nobody_answers_is_said_without_its_password(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTGRES_URL", "postgresql://me:secret@127.0.0.1:1/mine")

    with pytest.raises(Unavailable, match="start it, or unset POSTGRES_URL") as found:
        parts_started(folder).__enter__()

    assert "PostgreSQL at 127.0.0.1:1/mine doesn't let us in" in str(found.value)
    assert "secret" not in str(found.value)
    assert "me" not in str(found.value).split()


def test_a_path_too_long_for_the_socket_is_refused(folder: Path) -> None:
    with pytest.raises(Unavailable, match="too long a path for PostgreSQL's socket"):
        parts_started(folder.with_name("x" * 100)).__enter__()


parts_started = postgres.started
