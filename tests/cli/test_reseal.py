"""`jobbpakten reseal`, and the same in the image of one service."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from joserfc.jwk import OctKey
from sqlalchemy import text
from sqlmodel import select
from tests.cli.commands import NOWHERE, jobbpakten
from tests.shared.people.test_seals import SHELVES, environment, sealing

from shared.database import Database

KEYS = ["service", "table", "resealed", "left", "unreadable"]


async def test_what_is_sealed_anew_is_counted_table_by_table_and_again_there_is_nothing(
    database: Callable[[str], str],
) -> None:
    async with sealing("matching", database("matching")) as ours:
        await ours.write()
        first = jobbpakten("reseal", "--service", "matching", "--json", env=ours.environment)
        assert (first.code, [*first.json[0]]) == (0, KEYS)
        counted = {one["table"]: one["resealed"] for one in first.json}
        assert counted == {"identities": 2, "facts": 4, "placements": 4}
        assert "matching: facts: 4 sealed anew, 0 left" in first.err
        again = jobbpakten("reseal", env=ours.environment)
        assert again.code == 0
        assert "sealed anew" in again.out


async def test_what_is_left_needs_a_person(database: Callable[[str], str]) -> None:
    async with sealing("notifications", database("notifications")) as ours:
        await ours.write()
        shelf = SHELVES["notifications"][0]
        async with ours.database.transaction() as tx:
            (await tx.exec(select(shelf.table).limit(1))).one().sealed = b"x"
        found = jobbpakten("reseal", "--service", "notifications", "--json", env=ours.environment)
        assert (found.code, found.json[0]["left"], found.json[0]["unreadable"]) == (1, 1, 1)


async def test_a_row_that_cannot_even_be_read_is_left_and_keeps_no_other(
    database: Callable[[str], str], any_day: Callable[[Database, str], None]
) -> None:
    async with sealing("matching", database("matching")) as ours:
        any_day(ours.database, "placements")
        await ours.write()
        async with ours.database.transaction() as tx:
            odd = (
                "UPDATE placements SET since = '20000-01-01' WHERE id IN (SELECT id FROM placements"
            )
            await (await tx.connection()).execute(text(f"{odd} LIMIT 1)"))
        done = (await ours.reseal())["placements"]
        assert (done.resealed, done.left, done.unreadable) == (3, 1, 1)


@pytest.mark.parametrize("alone", [True, False])
async def test_another_key_and_a_missing_setting_are_wrong_use_and_nothing_is_changed(
    database: Callable[[str], str], *, alone: bool
) -> None:
    async with sealing("membership", database("membership")) as ours:
        await ours.write()
        other = json.dumps(OctKey.generate_key(256).as_dict(private=True))
        environment = ours.environment | {"MEMBERSHIP_CONTACT_KEY": other}
        if alone:
            words = (sys.executable, "-m", "shared", "membership", "reseal")
            done = await asyncio.to_thread(
                subprocess.run, words, env=environment, capture_output=True, text=True, check=False
            )
            found = (done.returncode, done.stdout, done.stderr)
        else:
            typed = jobbpakten("reseal", "--service", "membership", env=environment)
            found = (typed.code, typed.out, typed.err)
        sentence = "MEMBERSHIP_CONTACT_KEY isn't the key that this database was sealed with."
        assert found[:2] == (2, "")
        assert found[2].startswith(sentence)
        assert found[2].count("\n") == 1
        assert await ours.old() == 4
        del environment["MEMBERSHIP_CONTACT_KEY"]
        missing = jobbpakten("reseal", "--service", "membership", env=environment)
        assert (missing.code, missing.out) == (2, "")
        assert "MEMBERSHIP_CONTACT_KEY: Field required" in missing.err


async def test_the_image_of_one_service_does_it_too(database: Callable[[str], str]) -> None:
    async with sealing("membership", database("membership")) as ours:
        await ours.write()
        words = (sys.executable, "-m", "shared", "membership", "reseal")
        done = await asyncio.to_thread(
            subprocess.run, words, env=ours.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert [one["resealed"] for one in json.loads(done.stdout)] == [2, 2]
        assert await ours.old() == 0


@pytest.mark.parametrize(
    ("differs", "code", "told"),
    [
        ({"MEMBERSHIP_DATABASE_URL": NOWHERE}, 3, "isn't migrated: ConnectionRefusedError"),
        ({"MEMBERSHIP_CONTACT_KEY": ""}, 2, "MEMBERSHIP_CONTACT_KEY: "),
        ({}, 3, "isn't migrated: ProgrammingError 42P01"),
    ],
)
async def test_it_ends_in_the_image_as_the_command_does_where_it_cannot_be_done(
    empty: str, differs: dict[str, str], code: int, told: str
) -> None:
    words = (sys.executable, "-m", "shared", "membership", "reseal")
    env = environment("membership", empty) | differs
    done = await asyncio.to_thread(
        subprocess.run, words, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (code, "", 1)
    assert told in done.stderr
    assert jobbpakten("reseal", "--service", "membership", env=env).code == code


async def test_a_service_that_seals_nothing_has_nothing_to_do(
    database: Callable[[str], str],
) -> None:
    env = {"FOLLOWUP_DATABASE_URL": database("followup")}
    found = jobbpakten("reseal", "--service", "followup", "--json", env=env)
    assert (found.code, found.json) == (0, [])
    words = (sys.executable, "-m", "shared", "followup", "reseal")
    done = await asyncio.to_thread(
        subprocess.run, words, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
