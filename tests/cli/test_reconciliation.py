"""Told = heard: a lost event, a parked one, a full outbox are found, and nothing else is."""

import asyncio

import pytest
from sqlalchemy import make_url
from tests.cli.ledgers import HEARS, Ledgers
from tests.support.eventually import PATIENCE_S

from jobbpakten.reconciliation import (
    Comparison,
    NeverQuiet,
    OutOfReach,
    Stream,
    standing,
    until_quiet,
)
from jobbpakten_local.parts.postgres import Postgres


async def test_empty_services_are_quiet(ledgers: Ledgers) -> None:
    found = await standing(ledgers.urls, HEARS)

    assert found.quiet
    assert [(one.topic, one.listener, one.told) for one in found.hearings] == [
        ("followup.v1", "membership", 0),
        ("membership.v1", "followup", 0),
    ]


async def test_what_was_told_and_heard_is_counted(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=3, b=1)
    ledgers.heard("followup", "membership.v1", a=3, b=1, only_met=0)
    found = await standing(ledgers.urls, HEARS)

    assert found.quiet
    assert (found.hearings[1].told, found.hearings[1].heard) == (4, 4)


async def test_a_lost_event_is_found_and_named(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=3, b=1)
    ledgers.heard("followup", "membership.v1", a=2, b=1)
    found = await standing(ledgers.urls, HEARS)

    assert found.differs
    assert found.hearings[1].differing == (Stream("a", 3, 2),)
    assert str(found) == "followup heard 3 of 4 on membership.v1 (a told 3, heard 2)"


async def test_losses_that_even_each_other_out_in_the_totals_are_found(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=2, b=1)
    ledgers.heard("followup", "membership.v1", a=1, b=2)

    assert (await standing(ledgers.urls, HEARS)).hearings[1].differing == (
        Stream("a", 2, 1),
        Stream("b", 1, 2, "forked"),
    )
    with pytest.raises(NeverQuiet):
        await until_quiet(ledgers.urls, HEARS, 0.1)


async def test_a_parked_record_and_a_full_outbox_are_found(ledgers: Ledgers) -> None:
    ledgers.park("followup", key=None, version=None)
    ledgers.waits_in_outbox("membership")
    found = await standing(ledgers.urls, HEARS)

    assert found.differs
    assert found.outbox == {"membership": 1, "followup": 0}
    assert found.parked == {"membership": 0, "followup": 1}
    assert str(found) == "1 in the outbox of membership; 1 parked in followup"


async def test_a_topic_whose_teller_isnt_given_is_left_out(ledgers: Ledgers) -> None:
    ledgers.heard("followup", "matching.v1", a=3)

    assert (await standing(ledgers.urls, {"followup": {"matching.v1"}})).hearings == ()


async def test_until_quiet_waits_for_what_is_under_way(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=1)
    async with Comparison(ledgers.urls, HEARS) as comparison:
        waiting = asyncio.create_task(comparison.until_quiet(PATIENCE_S))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await asyncio.to_thread(ledgers.heard, "followup", "membership.v1", a=1)

        assert (await waiting).hearings[1].heard == 1


async def test_until_heard_waits_for_one_listener_alone(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=1)
    ledgers.told("followup", "followup.v1", b=1)
    async with Comparison(ledgers.urls, HEARS) as comparison:
        waiting = asyncio.create_task(comparison.until_heard("followup", PATIENCE_S))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await asyncio.to_thread(ledgers.heard, "followup", "membership.v1", a=1)
        await waiting

        with pytest.raises(NeverQuiet, match=r"membership heard 0 of 1 on followup\.v1"):
            await comparison.until_heard("membership", 0.1)


async def test_until_quiet_says_which_streams_stand_where(ledgers: Ledgers) -> None:
    ledgers.told("membership", "membership.v1", a=1, b=1, c=1, d=1, e=1)
    with pytest.raises(NeverQuiet, match=r"a told 1, heard 0; .*; 2 more\)\.$"):
        await until_quiet(ledgers.urls, HEARS, 0.1)


async def test_until_quiet_waits_through_an_outage(ledgers: Ledgers, postgres: Postgres) -> None:
    name = make_url(ledgers.urls["followup"]).database
    async with Comparison(ledgers.urls, HEARS) as comparison:
        await comparison.standing()
        postgres.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        postgres.execute(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        with pytest.raises(OutOfReach):
            await comparison.until_quiet(0.1)
        waiting = asyncio.create_task(comparison.until_quiet(PATIENCE_S))
        await asyncio.sleep(0.1)
        postgres.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

        assert (await waiting).quiet


async def test_a_database_that_doesnt_answer_is_named(ledgers: Ledgers) -> None:
    away = ledgers.urls | {"followup": "postgresql+asyncpg://nobody@127.0.0.1:1/followup"}
    said = r"database of followup at 127.0.0.1:1/followup can't be read \(Connection"
    with pytest.raises(OutOfReach, match=said):
        await standing(away, HEARS)


async def test_ten_thousand_streams_are_compared(ledgers: Ledgers) -> None:
    many = "SELECT 'membership.v1', gen_random_uuid()::text, 3 FROM generate_series(1, 10000)"
    ledgers.run("membership", f"INSERT INTO streams {many}")
    async with Comparison(ledgers.urls, HEARS) as comparison:
        found = await comparison.standing()

    assert len(found.hearings[1].differing) == 10_000
