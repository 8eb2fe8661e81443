"""A service with another key than its database was sealed with is not ready, and stores nothing."""

import asyncio
import json
from collections.abc import Callable
from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, OKPKey
from sqlalchemy import text
from tests.shared.people.test_seals import Sealing, sealing
from tests.support.callers import client
from tests.support.eventually import eventually

from shared import service
from shared.database import Database

KEYS = {
    "membership": ("contact_key",),
    "matching": ("identity_key", "sensitive_key"),
    "notifications": ("private_key", "address_key", "link_key"),
}
EACH = [(name, key) for name, keys in KEYS.items() for key in keys]
STORED = [(name, key) for name, key in EACH if key not in {"private_key", "link_key"}]
CALLS = ("/networks/jobbpakten/members", "/openapi.json", "/clock", "/nowhere", "/t/x")


def another(setting: str) -> str:
    if setting.endswith("private_key"):
        return json.dumps(OKPKey.generate_key("X25519").as_dict(private=True))
    return json.dumps(OctKey.generate_key(256).as_dict(private=True))


def app_with(ours: Sealing, **differs: str) -> FastAPI:
    """Make the service's app, as a process that has just been started with these settings."""
    settings = type(ours.settings)(**(ours.settings.model_dump() | differs))
    made: FastAPI = import_module(f"{ours.service}.main").create_app(settings)
    return made


async def asked(app: FastAPI, path: str, method: str = "GET") -> httpx.Response:
    async with client(app) as http:
        return await http.request(method, path)


async def is_good(ours: Sealing, **differs: str) -> bool:
    """Start the service; tell whether it is ready, and close it."""
    app = app_with(ours, **differs)
    answer = await asked(app, "/health/ready")
    await app.state.database.engine.dispose()
    return answer.status_code == 200


async def kept(database: Database) -> dict[str, bytes]:
    async with database.transaction() as tx:
        rows = await (await tx.connection()).execute(text("SELECT key, sealed FROM canaries"))
        return {key: bytes(sealed) for key, sealed in rows}


@pytest.mark.parametrize(("name", "setting"), EACH)
async def test_with_another_key_nothing_runs_and_nobody_is_served_until_the_right_one_is_back(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, name: str, setting: str
) -> None:
    begun = list[str]()

    async def tasks(self: service.Parts) -> None:
        begun.append(self.settings.service)
        await asyncio.Event().wait()

    monkeypatch.setattr(service.Parts, "tasks", lambda self: iter([tasks(self)]))
    async with sealing(name, database(name)) as ours:
        assert await is_good(ours)
        before = await kept(ours.database)
        assert set(before) == {f"{name}_{key}".upper() for key in KEYS[name]}

        wrong = app_with(ours, **{setting: another(setting)})
        said = f"{name}_{setting}".upper()
        sentence = f"{said} isn't the key that this database was sealed with."
        async with wrong.router.lifespan_context(wrong):
            await eventually(lambda: says(wrong, "/health/startup", sentence))
            assert await says(wrong, "/health/ready", sentence)
            for path in CALLS:
                for method in ("GET", "POST", "PUT"):
                    answer = await asked(wrong, path, method)
                    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert (await asked(wrong, "/health/live")).status_code == 200
            assert (await asked(wrong, "/metrics")).status_code == 200
            assert begun == []
        assert await kept(ours.database) == before

        right = app_with(ours)
        async with right.router.lifespan_context(right):
            await eventually(lambda: says(right, "/health/startup", "the keys fit", 200))
            await eventually(lambda: begun == [name])
            assert (await asked(right, "/openapi.json")).status_code == 200


async def says(app: FastAPI, path: str, what: str, status: int = 503) -> bool:
    answer = await asked(app, path)
    return answer.status_code == status and what in answer.text


@pytest.mark.parametrize(("name", "setting"), STORED)
async def test_a_wrong_key_is_not_taken_for_the_right_one_where_there_is_no_canary_yet(
    database: Callable[[str], str], name: str, setting: str
) -> None:
    async with sealing(name, database(name)) as ours:
        await ours.write()  # as the release before, which kept no canary
        assert not await is_good(ours, **{setting: another(setting)})
        assert await kept(ours.database) == {}
        assert await is_good(ours)
        assert not await is_good(ours, **{setting: another(setting)})


async def test_a_broken_row_doesnt_keep_the_right_key_out(database: Callable[[str], str]) -> None:
    async with sealing("membership", database("membership")) as ours:
        await ours.write()
        async with ours.database.transaction() as tx:
            broken = (
                "UPDATE contacts SET sealed = 'x' WHERE ctid = (SELECT min(ctid) FROM contacts)"
            )
            await (await tx.connection()).execute(text(broken))
        assert await is_good(ours)


@pytest.mark.parametrize("name", KEYS)
async def test_replicas_that_start_at_once_write_one_canary_and_a_stranger_among_them_stays_out(
    database: Callable[[str], str], name: str
) -> None:
    async with sealing(name, database(name)) as ours:
        setting = KEYS[name][0]
        stranger = {setting: another(setting)}
        found = await asyncio.gather(
            *(is_good(ours, **(stranger if n % 2 else {})) for n in range(8))
        )
        assert found in ([True, False] * 4, [False, True] * 4)
        assert len(await kept(ours.database)) == len(KEYS[name])


async def test_notifications_key_is_changed_as_its_settings_say(
    database: Callable[[str], str],
) -> None:
    async with sealing("notifications", database("notifications")) as ours:
        old, new = ours.settings.private_key, another("private_key")
        assert await is_good(ours)
        assert await is_good(ours, private_key=new, previous_private_key=old)
        assert await is_good(ours, private_key=new, previous_private_key=old)
        assert await is_good(ours, private_key=new)
        assert not await is_good(ours, private_key=old)
        assert await is_good(ours, private_key=old, previous_private_key=new)  # taken back


async def test_a_key_goes_with_its_setting(database: Callable[[str], str]) -> None:
    async with sealing("matching", database("matching")) as ours:
        assert await is_good(ours)
        swapped = {
            "identity_key": ours.settings.sensitive_key,
            "sensitive_key": ours.settings.identity_key,
        }
        assert not await is_good(ours, **swapped)
