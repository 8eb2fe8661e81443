"""A vault's key is changed while the service runs: nothing is lost, and no step too early taken."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import OctKey
from sqlmodel import delete, select
from tests.cli.commands import jobbpakten
from tests.shared.people.test_canaries import app_with, asked, kept
from tests.shared.people.test_seals import Sealing, sealing
from tests.support import seals

from matching import identities
from membership.commands import contact, organisation
from membership.models import Contact, Organisation
from membership.profiles import Profile
from shared.database import connect
from shared.machines import NotAllowed, NotFound
from shared.messaging.causation import Cause, because
from shared.networks import load, shipped
from shared.people import rotation
from shared.people.rotation import rotate
from shared.people.sealing import Addressee
from shared.people.vaults import Unreadable

KEYS = {
    "membership": ("contact_key",),
    "matching": ("identity_key", "sensitive_key"),
    "notifications": ("address_key",),
}
# How many keys of persons each writes for two people.
WRAPPED = {"membership": 4, "matching": 4, "notifications": 2}


@pytest.fixture(params=KEYS)
async def ours(
    request: pytest.FixtureRequest, database: Callable[[str], str]
) -> AsyncIterator[Sealing]:
    async with sealing(request.param, database(request.param)) as found:
        yield found


def made() -> str:
    return json.dumps(OctKey.generate_key(256).as_dict(private=True))


def another(ours: Sealing) -> dict[str, str]:
    """Make a new key for each that wraps; the one before stands beside it."""
    before = {f"previous_{name}": getattr(ours.settings, name) for name in KEYS[ours.service]}
    return {name: made() for name in KEYS[ours.service]} | before


def swapped(keys: dict[str, str]) -> dict[str, str]:
    """Give both keys the other way round."""
    new = [name for name in keys if not name.startswith("previous_")]
    back = {name: keys[f"previous_{name}"] for name in new}
    return back | {f"previous_{name}": keys[name] for name in new}


def alone(keys: dict[str, str]) -> dict[str, str]:
    return {name: "" if name.startswith("previous_") else jwk for name, jwk in keys.items()}


@asynccontextmanager
async def replica(ours: Sealing, keys: dict[str, str]) -> AsyncIterator[Sealing]:
    """Give another replica of the same service, which has other keys."""
    settings = type(ours.settings)(**(ours.settings.model_dump() | keys))
    said = {f"{ours.service}_{name}".upper(): jwk for name, jwk in keys.items()}
    database = connect(settings)
    yield Sealing(ours.service, ours.environment | said, settings, database)
    await database.engine.dispose()


async def starts(ours: Sealing, keys: dict[str, str]) -> tuple[bool, str]:
    """Start the service with these keys: whether it serves, and what it says."""
    app = app_with(ours, **keys)
    answer = await asked(app, "/health/ready")
    await app.state.database.engine.dispose()
    return answer.status_code == 200, answer.text


async def rotated(ours: Sealing, say: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    found = {one.key: one for one in await rotate(ours.settings, say)}
    return {name: found[f"{ours.service}_{name}".upper()] for name in KEYS[ours.service]}


def sums(found: dict[str, Any]) -> tuple[int, int, int]:
    every = found.values()
    return (
        sum(o.rewrapped for o in every),
        sum(o.left for o in every),
        sum(o.unreadable for o in every),
    )


@pytest.mark.parametrize("form", ["first", "second"])
async def test_what_is_sealed_opens_before_while_and_after_the_key_is_changed(
    ours: Sealing, form: str
) -> None:
    assert (await starts(ours, {}))[0]
    await ours.write()
    if form == "second":
        await ours.reseal()
    first, keys = await ours.read(), another(ours)
    async with replica(ours, swapped(keys)) as told, replica(ours, keys) as changed:
        assert (await starts(ours, swapped(keys)))[0]  # all are told of the new key
        await told.write()
        assert (await starts(ours, keys))[0]  # and then one after the other changes to it
        await changed.write()
        everything = await changed.read()
        assert {*first} < {*everything}
        assert await told.read() == everything  # as long as the others run
        assert (await starts(ours, swapped(keys)))[0]
        with pytest.raises(Unreadable):
            await ours.read()

        done = await rotated(changed)
        assert sums(done) == (2 * WRAPPED[ours.service], 0, 0)
        assert {"may be taken away" in one.state for one in done.values()} == {True}
        assert await told.read() == everything
        assert sums(await rotated(changed)) == (0, 0, 0)
    async with replica(ours, alone(keys)) as after:
        assert (await starts(ours, alone(keys)))[0]
        assert await after.read() == everything
        assert {one.state for one in (await rotated(after)).values()} == {"not being changed"}
    assert not (await starts(ours, {}))[0]
    assert not [name for name in await kept(ours.database) if "PREVIOUS" in name]


async def test_no_step_is_taken_too_early(ours: Sealing) -> None:
    assert (await starts(ours, {}))[0]
    await ours.write()
    keys = another(ours)
    assert (await starts(ours, keys))[0]
    async with replica(ours, keys) as changed:
        await changed.write()
        name = KEYS[ours.service][0]
        previous = f"{ours.service}_previous_{name}".upper()
        cure = f"{previous} holds the other of both keys, until `jobbpakten keys rotate` says that"
        for early in (alone(keys), {}):  # the previous is taken away, the new one is
            good, said = await starts(ours, early)
            assert not good
            assert cure in said
        third = another(ours) | {f"previous_{one}": keys[one] for one in KEYS[ours.service]}
        assert not (await starts(ours, third))[0]  # one change after the other
        await rotated(changed)
    assert (await starts(ours, third))[0]
    assert not (await starts(ours, alone(third)))[0]


async def test_a_database_without_a_canary_doesnt_forget_the_previous_key(ours: Sealing) -> None:
    await ours.write()
    keys = another(ours)
    assert (await starts(ours, keys))[0]
    assert not (await starts(ours, alone(keys)))[0]


async def test_it_goes_on_where_it_was_stopped_and_meanwhile_everything_opens(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "PAGE", 1)
    for _ in range(2):
        await ours.write()
    everything, keys = await ours.read(), another(ours)

    def stop(line: str) -> None:
        if " 1 wrapped anew" in line:
            raise KeyboardInterrupt

    async with replica(ours, keys) as changed:
        with pytest.raises(KeyboardInterrupt):
            await rotated(changed, stop)
        assert await changed.read() == everything
        assert sums(await rotated(changed)) == (2 * WRAPPED[ours.service] - 1, 0, 0)
    async with replica(ours, alone(keys)) as after:
        assert await after.read() == everything


async def test_nothing_fails_under_load_and_what_somebody_holds_is_done_in_the_next_round(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BETWEEN_ROUNDS_SECONDS", 0.05)
    await ours.write()
    keys, held, passed = another(ours), asyncio.Event(), asyncio.Event()
    table = import_module(f"{ours.service}.commands.seals").WRAPS[0].table

    async with replica(ours, swapped(keys)) as told, replica(ours, keys) as changed:

        async def holds() -> None:
            async with told.database.transaction() as tx:
                await tx.exec(select(table).limit(1).with_for_update())
                await seals.write(ours.service, tx)
                held.set()
                await passed.wait()

        async def works(one: Sealing) -> None:
            for _ in range(5):
                await one.write()
                assert len(await one.read())

        def note(line: str) -> None:
            if " 1 left" in line:
                passed.set()

        slow = asyncio.create_task(holds())
        await held.wait()
        await asyncio.gather(rotated(changed, note), works(told), works(changed), slow)
        everything = await told.read()
        assert sums(await rotated(changed))[1:] == (0, 0)
        assert await changed.read() == everything
    async with replica(ours, alone(keys)) as after:
        assert await after.read() == everything


async def test_what_no_key_opens_is_counted_and_keeps_nothing_else(ours: Sealing) -> None:
    await ours.write()
    wrap = import_module(f"{ours.service}.commands.seals").WRAPS[0]
    async with ours.database.transaction() as tx:
        broken = (await tx.exec(select(wrap.table).limit(1))).one()
        setattr(broken, wrap.wrapped.key, b"x" * 60)
    async with replica(ours, another(ours)) as changed:
        assert sums(await rotated(changed)) == (WRAPPED[ours.service] - 1, 0, 1)


@pytest.mark.parametrize(("service", "index"), [("membership", 1), ("matching", 0)])
async def test_what_the_previous_key_opens_and_cant_be_wrapped_anew_keeps_that_key(
    database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, service: str, index: int
) -> None:
    monkeypatch.setattr(rotation, "BETWEEN_ROUNDS_SECONDS", 0.01)
    async with sealing(service, database(service)) as ours:
        assert (await starts(ours, {}))[0]
        await ours.write()
        wrap = import_module(f"{service}.commands.seals").WRAPS[index]
        async with ours.database.transaction() as tx:
            broken = (await tx.exec(select(wrap.table).limit(1))).one()
            key, found_by = getattr(broken, wrap.owner[-1].key), broken.number_index
            broken.number_index = b"another's"
        keys, lines = another(ours), list[str]()
        async with replica(ours, keys) as changed:
            done = await rotated(changed, lines.append)
            assert sums(done) == (WRAPPED[service] - 1, 1, 0)
            (state,) = (one.state for one in done.values() if one.left)
            assert "is still needed" in state
            (said,) = {one for one in lines if str(key) in one}
            assert f"{wrap.table.__tablename__}: {key} can't be wrapped anew" in said
            assert f"{service}_previous_{wrap.setting}".upper() in await kept(ours.database)
            assert not (await starts(ours, alone(keys)))[0]
            typed = jobbpakten("keys", "rotate", env=changed.environment)
            assert (typed.code, str(key) in typed.err) == (1, True)
            async with ours.database.transaction() as tx:
                (await tx.get_one(wrap.table, key)).number_index = found_by
            assert sums(await rotated(changed)) == (1, 0, 0)
        assert (await starts(ours, alone(keys)))[0]


async def test_who_is_forgotten_meanwhile_is_neither_left_nor_unreadable(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BETWEEN_ROUNDS_SECONDS", 0.01)
    monkeypatch.setattr(rotation, "ROUNDS", 1_000)
    await ours.write()
    table = import_module(f"{ours.service}.commands.seals").WRAPS[0].table
    gone, looked_at = asyncio.Event(), asyncio.Event()

    async def forgets() -> None:
        async with ours.database.transaction() as tx:
            await tx.exec(delete(table))
            gone.set()
            await looked_at.wait()

    forgetting = asyncio.create_task(forgets())
    await gone.wait()
    async with replica(ours, another(ours)) as changed:
        done = await rotated(changed, lambda line: looked_at.set() if " 2 left" in line else None)
        await forgetting
        assert sums(done)[1:] == (0, 0)
        assert {"may be taken away" in one.state for one in done.values()} == {True}


async def test_killed_in_the_middle_and_run_again_in_the_image_or_by_the_command_line(
    ours: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BETWEEN_ROUNDS_SECONDS", 0.01)
    await ours.write()
    everything, keys = await ours.read(), another(ours)
    wraps = [one.table for one in import_module(f"{ours.service}.commands.seals").WRAPS]
    table = wraps[0]
    async with replica(ours, keys) as changed:
        words = (sys.executable, "-m", "shared", ours.service, "rotate")
        async with ours.database.transaction() as tx:
            await tx.exec(select(table).limit(1).with_for_update())
            running = subprocess.Popen(words, env=changed.environment, stderr=subprocess.PIPE)  # noqa: ASYNC220
            assert running.stderr
            lines = iter(running.stderr.readline, b"")
            assert await asyncio.to_thread(next, (one for one in lines if b" 1 left" in one))
            running.send_signal(signal.SIGKILL)
            assert running.wait() == -signal.SIGKILL
            running.stderr.close()
            assert await changed.read() == everything

            left = jobbpakten(
                "keys", "rotate", "--service", ours.service, "--json", env=changed.environment
            )
            assert (left.code, sum(one["left"] for one in left.json)) == (1, wraps.count(table))
            assert "is still needed: run this again" in str(left.json)
        again = jobbpakten("keys", "rotate", env=changed.environment)
        assert again.code == 0
        assert "may be taken away" in again.out
        assert not [jwk for jwk in keys.values() if json.loads(jwk)["k"] in again.out + again.err]
    async with replica(ours, alone(keys)) as after:
        assert await after.read() == everything
        wrong = jobbpakten("keys", "rotate", env=ours.environment)
        assert (wrong.code, wrong.out) == (2, "")
        assert "isn't the key that this database was sealed with" in wrong.err


async def register(one: Sealing, number: str, network: str) -> bool:
    """Take somebody into the bank, as two replicas may at once."""
    async with one.database.transaction() as tx:
        ref, person = uuid4(), identities.Person(number, "Åsa Törnqvist")
        is_new = await identities.add_person(tx, ref, network, person)
        assert len(await identities.find(tx, network, [number])) == 1
        return is_new


async def test_nobody_is_registered_twice_because_two_keys_index_her(
    database: Callable[[str], str],
) -> None:
    async with sealing("matching", database("matching")) as ours:
        keys = another(ours)
        async with replica(ours, swapped(keys)) as told, replica(ours, keys) as changed:
            assert await register(told, "198901023286", "ett")
            assert not await register(changed, "198901023286", "ett")
            assert await register(changed, "198901023286", "annat")
            for number in range(20):
                both = (register(one, f"19{number}", "ett") for one in (told, changed))
                assert sorted(await asyncio.gather(*both)) == [False, True]
            assert sums(await rotated(changed))[1:] == (0, 0)
            assert not await register(told, "198901023286", "annat")
        async with replica(ours, alone(keys)) as after:
            assert not await register(after, "198901023286", "ett")


async def find_trader(one: Sealing, number: str, known: UUID | None = None) -> UUID:
    """Ask for a sole trader as somebody of its own does; NotFound where it is another's."""
    facts: dict[str, Any] = {"name": "x", "name_key": "x", "sector": "business", "size": "micro"}
    facts |= {"number": number, "sole_trader": True, "municipal_unit": False}
    async with one.database.transaction() as tx:
        caller = SimpleNamespace(organisation=known, id="somebody")
        act: Any = SimpleNamespace(tx=tx, caller=caller)
        with because(Cause("a-test", network=seals.NETWORK)):
            return (await organisation.find_or_add(act, Organisation(id=uuid4(), **facts))).id


async def name_one(one: Sealing, address: str, **where: Any) -> bool:
    facts = {"role": "caseworker", "unit": "city", "language": "sv", "named_by": "a"} | where
    new = Contact(id=uuid4(), network=seals.NETWORK, named_on=seals.DAY, **facts)
    profile = load(Profile, shipped())[seals.NETWORK]
    try:
        async with one.database.transaction() as tx:
            with because(Cause("a-test", network=seals.NETWORK)):
                await contact.store(tx, profile, new, Addressee(name="Bo", address=address))
    except NotAllowed:
        return False
    return True


async def test_nobody_is_named_twice_because_two_keys_index_her(
    database: Callable[[str], str],
) -> None:
    async with sealing("membership", database("membership")) as ours:
        keys = another(ours)
        member = await find_trader(ours, "198901023286")
        of_member = {"role": "contact_person", "unit": None, "organisation_id": member}
        async with replica(ours, swapped(keys)) as told, replica(ours, keys) as changed:
            assert await find_trader(changed, "198901023286", member) == member
            assert await find_trader(told, "198901023286", member) == member
            for number in range(9):
                one, other = (find_trader(each, f"19{number}") for each in (told, changed))
                found = await asyncio.gather(one, other, return_exceptions=True)
                assert [type(each) for each in found].count(NotFound) == 1  # it is another's now
            for number, where in enumerate(({}, of_member)):
                assert await name_one(told, f"{number}@x.se", **where)
                assert not await name_one(changed, f"{number}@x.se", **where)
                both = (name_one(one, f"b{number}@x.se", **where) for one in (told, changed))
                assert sorted(await asyncio.gather(*both)) == [False, True]
            assert sums(await rotated(changed))[1:] == (0, 0)
            assert not await name_one(told, "0@x.se")
        async with replica(ours, alone(keys)) as after:
            assert await find_trader(after, "198901023286", member) == member
            assert not await name_one(after, "0@x.se")
            assert not await name_one(after, "1@x.se", **of_member)
