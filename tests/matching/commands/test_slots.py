"""Slots on a real database: whoever is quicker gets the last one, whatever happens to it after."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from tests.matching.support.places import opened, seen
from tests.matching.support.service import Matching
from tests.support.driven import TODAY
from tests.support.eventually import in_the_end

from matching.commands.locks import lock_places
from matching.commands.places import slots
from matching.models import Place, Slot
from shared.database import Tx
from shared.machines import NotAllowed

UNTIL = date(2026, 4, 1)
ACTS = {"keep": slots.occupy, "release": slots.free, "use_up": slots.use_up}


@asynccontextmanager
async def holding(matching: Matching, place_id: UUID) -> AsyncIterator[tuple[Tx, Place]]:
    """Open a transaction that has the place's lock."""
    async with matching.database.transaction() as tx:
        yield tx, (await lock_places(tx, [place_id]))[0]


async def reserved(matching: Matching, place_id: UUID, match_id: UUID | None = None) -> UUID:
    match_id = match_id or uuid4()
    async with holding(matching, place_id) as (tx, place):
        await slots.reserve(tx, place, match_id, UNTIL, TODAY)
    return match_id


async def acted(matching: Matching, place_id: UUID, act: str, match_id: UUID) -> None:
    async with holding(matching, place_id) as (tx, place):
        await ACTS[act](tx, place, match_id, TODAY)


async def in_use(matching: Matching, place_id: UUID) -> list[tuple[int, str]]:
    async with matching.database.transaction() as tx:
        here = select(Slot.number, Slot.state).where(col(Slot.place_id) == place_id)
        return sorted([(number, state) for number, state in (await tx.exec(here)).all()])


async def test_a_slot_is_kept_held_and_used_and_the_place_goes_along(matching: Matching) -> None:
    place = await opened(matching, slots=2)
    where = UUID(place["place_id"])
    first, second = await reserved(matching, where), await reserved(matching, where)
    assert await in_use(matching, where) == [(1, "reserved"), (2, "reserved")]
    assert (await seen(matching, place))["state"] == "open"

    await acted(matching, where, "keep", first)
    assert (await seen(matching, place))["state"] == "open"  # the other may come back
    await acted(matching, where, "keep", second)
    full = await seen(matching, place)
    assert (full["state"], full["free"], full["deadline"]) == ("full", 0, "2026-06-30")

    await acted(matching, where, "release", first)
    again = await seen(matching, place)
    assert (again["state"], again["free"]) == ("open", 1)
    await acted(matching, where, "use_up", second)
    third = await reserved(matching, where)
    await acted(matching, where, "keep", third)
    assert (await seen(matching, place))["state"] == "full"
    await acted(matching, where, "use_up", third)
    assert (await seen(matching, place))["state"] == "closed"
    assert (await matching.told_about(place["place_id"]))[1:] == [
        "slot.reserved.v1",
        "slot.reserved.v1",
        "slot.released.v1",
        "slot.reserved.v1",
        "place.closed.v1",
    ]
    _, _, closed = (await matching.told_in_full())[-1]
    assert closed["ground"] == "filled"


async def test_what_has_no_slot_frees_none_and_can_hold_none(matching: Matching) -> None:
    where = UUID((await opened(matching))["place_id"])
    await acted(matching, where, "release", uuid4())
    for act in ("keep", "use_up"):
        with pytest.raises(NotAllowed) as refused:
            await acted(matching, where, act, uuid4())
        assert refused.value.code == "no_slot_kept"
    kept = await reserved(matching, where)
    with pytest.raises(NotAllowed):
        await reserved(matching, where, kept)
    assert await in_use(matching, where) == [(1, "reserved")]


async def test_a_place_that_is_not_open_keeps_no_slot(matching: Matching) -> None:
    place = await opened(matching)
    await matching.good("POST", f"/places/{place['place_id']}/pause", "coordinator", {})
    with pytest.raises(NotAllowed) as refused:
        await reserved(matching, UUID(place["place_id"]))
    assert refused.value.code == "place_not_open"


async def test_of_many_who_race_for_the_last_slot_one_gets_it(matching: Matching) -> None:
    place = await opened(matching, slots=1)
    where = UUID(place["place_id"])
    racers = [in_the_end(lambda: reserved(matching, where)) for _ in range(12)]
    came = await asyncio.gather(*racers, return_exceptions=True)

    refused = [one for one in came if isinstance(one, NotAllowed)]
    assert (len(came) - len(refused), {one.code for one in refused}) == (1, {"no_slot_left"})
    assert await in_use(matching, where) == [(1, "reserved")]


async def test_without_the_lock_the_table_itself_refuses_to_book_twice(
    matching: Matching,
) -> None:
    where = UUID((await opened(matching, slots=1))["place_id"])
    both_have_read = asyncio.Barrier(2)

    async def careless() -> None:
        async with matching.database.transaction() as tx:
            place = await tx.get_one(Place, where)
            await slots.slots_in_use(tx, place)
            await both_have_read.wait()
            await slots.reserve(tx, place, uuid4(), UNTIL, TODAY)

    came = await asyncio.gather(careless(), careless(), return_exceptions=True)
    refused = [one for one in came if isinstance(one, (DBAPIError, NotAllowed))]
    assert (len(refused), await in_use(matching, where)) == (1, [(1, "reserved")])


async def test_no_order_of_acts_by_chance_leaves_more_slots_in_use_than_there_are(
    matching: Matching,
) -> None:
    dice = random.Random(4)
    place = await opened(matching, slots=3)
    where, matches = UUID(place["place_id"]), [uuid4() for _ in range(6)]
    closed = False
    for _ in range(120):
        match, act = dice.choice(matches), dice.choice(["reserve", *ACTS])
        if act == "use_up" and dice.random() < 0.8:
            continue  # else all is over soon
        try:
            if act == "reserve":
                await reserved(matching, where, match)
            else:
                await acted(matching, where, act, match)
        except NotAllowed:
            pass
        now, found = await in_use(matching, where), await seen(matching, place)
        assert found["free"] == 3 - len(now) >= 0
        held = sum(state in ("taken", "used") for _, state in now)
        used = sum(state == "used" for _, state in now)
        closed = closed or used == 3
        expected = "closed" if closed else "full" if held == 3 else "open"
        assert found["state"] == expected


async def test_a_paused_place_that_is_used_up_closes_and_is_paused_no_more(
    matching: Matching,
) -> None:
    place = await opened(matching, slots=1)
    where = UUID(place["place_id"])
    match = await reserved(matching, where)
    await matching.good("POST", f"/places/{place['place_id']}/pause", "coordinator", {})
    await acted(matching, where, "keep", match)
    assert (await seen(matching, place))["state"] == "paused"
    await acted(matching, where, "use_up", match)
    found = await seen(matching, place)
    assert (found["state"], found["paused_for"]) == ("closed", [])
