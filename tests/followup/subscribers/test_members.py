"""Members as their events tell: each state on its day, whichever event comes first."""

import random
from typing import Literal

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import Dated, World, records, shuffled


@pytest.fixture
def world() -> World:
    return World()


async def states_on(followup: Followup, *days: str) -> list[list[str]]:
    """Give the states of the members as the report of each day has them; "" is today."""
    async with followup.client("coordinator") as client:
        url = "/networks/jobbpakten/report"
        answers = [await client.get(url, params={"day": day} if day else None) for day in days]
    return [[one["state"] for one in answer.json()["members"]] for answer in answers]


async def test_members_come_from_whichever_event_is_first(followup: Followup, world: World) -> None:
    story: list[Dated] = [
        (world.in_force("a"), "2026-03-01"),
        (world.applied("a", "public", "large"), "2026-01-01"),
        (world.vetted("a"), "2026-01-10"),
        (world.approved("a"), "2026-02-01"),
    ]

    await followup.hears(*records(story))

    [row] = await followup.rows("SELECT * FROM members")
    days = ("applied_on", "vetting_started_on", "approved_on", "rejected_on", "in_force_on")
    assert [row[name] and row[name].isoformat() for name in days] == [
        "2026-01-01",
        "2026-01-10",
        "2026-02-01",
        None,
        "2026-03-01",
    ]
    assert (row["sector"], row["size"], row["organisation_id"]) == (
        "public",
        "large",
        world.id("org a"),
    )


@pytest.mark.parametrize("ground", ["withdrawn", "lapsed"])
@pytest.mark.parametrize("seed", range(4))
async def test_a_membership_that_ended_is_no_longer_on_its_way(
    followup: Followup, world: World, ground: Literal["withdrawn", "lapsed"], seed: int
) -> None:
    story: list[Dated] = [
        (world.applied("a"), "2026-01-01"),
        (world.vetted("a"), "2026-01-10"),
        (world.approved("a"), "2026-02-01"),
        (world.ended("a", ground), "2026-05-01"),
        (world.made("visits", 1), "2026-02-01"),
    ]
    await followup.hears(*shuffled(story, random.Random(seed)))
    await followup.today("2026-11-22")

    assert await states_on(followup, "", "2026-04-30") == [[ground], ["approved"]]


@pytest.mark.parametrize("seed", range(4))
async def test_a_member_is_suspended_and_reinstated_each_on_its_day(
    followup: Followup, world: World, seed: int
) -> None:
    story: list[Dated] = [
        (world.applied("a"), "2026-01-01"),
        (world.suspended("a"), "2026-03-01"),
        (world.reinstated("a"), "2026-04-01"),
        (world.suspended("a"), "2026-05-01"),
        (world.in_force("a"), "2026-02-01"),
    ]
    await followup.hears(*shuffled(story, random.Random(seed)))
    await followup.today("2026-11-22")

    days = ("2026-02-28", "2026-03-31", "2026-04-30", "2026-05-01", "")
    states = await states_on(followup, *days)
    assert states == [["member"], ["suspended"], ["member"], ["suspended"], ["suspended"]]
