"""Over HTTP: what all but the coordinator see of people moves by five or more, month by month."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import COMPLETED, INTERRUPTED, PARTLY, Dated, World, records
from tests.followup.support.years import NETWORK, asked, counts

WORLD = World()
BEGUN = ("2026-02-01", "2026-02-20", "2026-03-01")
SHOWN_UNITS = {"remaining": None, "open": None, "lapsed": None, "released": None, "extra": None}


def employer(name: str) -> list[Dated]:
    return [
        (WORLD.applied(name), "2026-01-02"),
        (WORLD.in_force(name), "2026-01-15"),
        (WORLD.places(f"work {name}", 20, member=name), "2026-01-15"),
        (WORLD.made(f"visits {name}", 3, member=name), "2026-01-15"),
        (WORLD.opened(f"place of work {name}", f"work {name}", 20), "2026-01-20"),
    ]


def ended(name: str, number: int, on: str, end: Any = COMPLETED) -> list[Dated]:
    """Tell of one who came to an employer, and of the end of it."""
    who, work = f"{name} {number}", f"work {name}"
    accepted = WORLD.accepted(who, f"place of {work}", work, f"person {who}")
    return [(accepted, "2026-01-31"), *WORLD.course(who, work, *BEGUN, on, end=end)]


def spring() -> list[Dated]:
    """Tell of three employers with 4, 4 and 2 completed in March, 1 in part and 1 interrupted."""
    story = [*employer("a"), *employer("b"), *employer("c")]
    story += [(WORLD.held("visit", "visits a"), "2026-03-12")]
    for name, several in (("a", 4), ("b", 4), ("c", 2)):
        for number in range(several):
            story += ended(name, number, f"2026-03-{10 + number}")
    return [
        *story,
        *ended("a", 5, "2026-03-20", PARTLY),
        *ended("b", 6, "2026-03-02", INTERRUPTED),
    ]


@pytest.fixture
async def network(followup: Followup) -> Followup:
    await followup.hears(*records(spring()))
    await followup.due("2026-06-15")
    return followup


async def seen(followup: Followup, day: str = "", path: str = "/report", **who: Any) -> Any:
    query = f"?day={day}" if day else ""
    return (await asked(followup, f"{NETWORK}{path}{query}", **who)).json()


def of_people(report: Mapping[str, Any]) -> dict[str, int | None]:
    """Give every figure of a report that says something about people."""
    offers = {one["code"]: one["figures"] for one in report["by_offer"]}
    found: dict[str, int | None] = dict(counts(report))
    found |= {f"people who {name}": one["count"] for name, one in report["persons"].items()}
    found |= {"kept": offers["internship"]["kept"] if offers else None}
    return {name: number for name, number in found.items() if number is not None}


async def test_day_by_day_every_figure_of_people_stands_still_until_the_month_is_over(
    network: Followup,
) -> None:
    march, names = date(2026, 3, 1), ("completed", "total", "kept")
    shown = dict.fromkeys([*names, "people who started", "people who completed"], 10)
    for number in range(0, 75, 3):
        day = march + timedelta(number)
        found = of_people(await seen(network, day.isoformat()))
        assert found == ({} if day.month == 3 else shown)


async def test_the_units_of_an_offer_show_what_was_promised_and_kept_and_nothing_beside(
    network: Followup,
) -> None:
    report = await seen(network)
    offers = {one["code"]: one["figures"] for one in report["by_offer"]}
    visits = {"promised": 9, "remaining": 8, "open": 0, "kept": 1, "lapsed": 0, "released": 0}

    assert offers["internship"] == SHOWN_UNITS | {"promised": 60, "kept": 10}
    assert offers["study_visit"] == visits | {"extra": 0}
    assert report["total"] == SHOWN_UNITS | {"promised": 69, "kept": 11}
    [business] = [one["figures"] for one in report["by_sector"] if one["commitments"]]
    assert business == SHOWN_UNITS | {"promised": 69, "kept": None}
    assert [one["figures"]["kept"] for one in report["months"][-4:]] == [None, 11, 11, 11]
    assert report["months"][-1]["figures"] == report["total"]


async def test_the_coordinator_sees_all_units_as_they_are(network: Followup) -> None:
    report = await seen(network, role="coordinator")

    assert report["total"]["kept"] == 12  # half of the days of the one in part are half
    assert None not in report["total"].values()
    assert None not in report["by_sector"][0]["figures"].values()


async def test_what_is_told_late_leaves_a_closed_month_as_it_was(network: Followup) -> None:
    before = [await seen(network, day) for day in ("2026-04-01", "2026-05-01", "")]
    late: list[Dated] = []
    for name in ("a", "b", "c"):
        for number in range(10, 13):
            late += ended(name, number, "2026-03-25")
    await network.hears(*records(late))
    again = [await seen(network, day) for day in ("2026-04-01", "2026-05-01", "")]
    await network.due("2026-07-01")

    assert [of_people(one) for one in again] == [of_people(one) for one in before]
    after = [await seen(network, day) for day in ("2026-04-01", "2026-05-01", "2026-06-15", "")]
    assert [of_people(one)["completed"] for one in after] == [10, 10, 10, 19]
    assert of_people(after[-1])["kept"] == 19


@pytest.mark.parametrize("name", ["a", "c"])
async def test_an_employer_sees_no_count_under_five_of_its_own(
    network: Followup, name: str
) -> None:
    own: dict[str, Any] = {"role": "signatory", "organisation": WORLD.id(f"org {name}")}
    report = await seen(network, path=f"/members/{WORLD.id(name)}/report", **own)
    promise = await seen(network, path=f"/ledger/commitments/{WORLD.id(f'work {name}')}", **own)

    assert {*counts(report).values()} == {None}
    assert promise["figures"] == SHOWN_UNITS | {"promised": 20, "kept": None}
    by_offer = {one["offer"]: one["figures"] for one in report["commitments"]}
    assert by_offer["internship"] == promise["figures"]
    assert by_offer["study_visit"]["kept"] == (name == "a")
    assert report["total"]["promised"] == 23


async def test_those_at_one_employer_alone_are_not_counted_for_everybody(
    followup: Followup,
) -> None:
    story = employer("a")
    for number in range(9):
        story += ended("a", number, "2026-03-10")
    await followup.hears(*records(story))
    await followup.due("2026-06-15")
    own: dict[str, Any] = {"role": "contact_person", "organisation": WORLD.id("org a")}
    report = await seen(followup, path=f"/members/{WORLD.id('a')}/report", **own)

    assert of_people(await seen(followup)) == {}
    assert (counts(report)["completed"], report["total"]["kept"]) == (9, 9)


async def test_whose_employer_is_not_heard_of_yet_waits(followup: Followup) -> None:
    """Who is with nobody known may be with the very employer that looks for others among them."""
    named = [*employer("a"), *employer("b")]
    unnamed = [*ended("b", 1, "2026-03-10", INTERRUPTED)]
    for number in range(5):
        named += ended("a", number, "2026-03-10", INTERRUPTED)
        unnamed += ended("c", number, "2026-03-10", INTERRUPTED)
    await followup.hears(*records([*named, *unnamed]))
    await followup.due("2026-06-15")
    before = of_people(await seen(followup))
    await followup.hears(*records(employer("c")))
    await followup.due("2026-07-01")

    assert before == {}
    assert of_people(await seen(followup))["interrupted"] == 11


async def test_a_month_that_is_not_closed_yet_is_shown_to_nobody_but_staff(
    network: Followup,
) -> None:
    """The clock comes late: no page says July and counts people until May."""
    before = await seen(network)
    await network.today("2026-08-01")

    assert [(await seen(network, day))["day"] for day in ("", "2026-07-31")] == ["2026-05-31"] * 2
    assert await seen(network) == before
    assert (await seen(network, role="coordinator"))["day"] == "2026-08-01"
    await network.due("2026-08-01")
    assert [(await seen(network, day))["day"] for day in ("", "2026-07-31")] == [
        "2026-07-31",
        "2026-06-30",
    ]


@pytest.mark.parametrize(
    ("lang", "said", "rest", "counted", "least"),
    [
        (
            "sv",
            "ändras ett antal personer först när månaden är slut och minst fem till",
            "Övrigt utlovat",
            "Alla som har räknats",
            "är minst 11 uppfyllda",
        ),
        (
            "en",
            "changes only when the month is over and at least five",
            "Rest of what was promised",
            "All that are counted",
            "at least 11 were kept",
        ),
    ],
)
async def test_the_page_says_when_figures_of_people_move_and_that_they_are_not_all(
    network: Followup, *, lang: str, said: str, rest: str, counted: str, least: str
) -> None:
    own: dict[str, Any] = {"role": "signatory", "organisation": WORLD.id("org a")}
    paths: dict[str, dict[str, Any]] = {"/report": {}, f"/members/{WORLD.id('a')}/report": own}
    for path, who in paths.items():
        for day in ("", "&day=2026-02-01"):
            page = await asked(network, f"{NETWORK}{path}.html?lang={lang}{day}", **who)
            assert page.status_code == 200
            assert said in page.text
            assert counted in page.text
        assert rest in (await asked(network, f"{NETWORK}{path}.html?lang={lang}", **who)).text
    assert least in (await asked(network, f"{NETWORK}/report.html?lang={lang}")).text


async def test_a_month_is_closed_once_and_its_rows_stay(network: Followup) -> None:
    rows = "SELECT placement_id, for_all, month FROM counted_placements ORDER BY 1, 2"
    before = await network.rows(rows)
    for day in ("2026-06-15", "2026-06-30", "2026-07-01"):
        await network.due(day)

    assert await network.rows(rows) == before
    assert {str(row["month"]) for row in before} == {"2026-03-31"}
    closed = await network.rows("SELECT month FROM closed_months ORDER BY month")
    assert [str(row["month"]) for row in closed] == ["2026-05-31", "2026-06-30"]


async def test_whoever_comes_again_is_counted_once_among_people(followup: Followup) -> None:
    story = [*employer("a"), *employer("b"), *employer("c")]
    for name in ("a", "b", "c"):
        for number in range(3):
            story += ended(name, number, "2026-03-10")
    again = []
    for name in ("a", "b", "c"):
        for number in range(3):
            who, work = f"{name} again {number}", f"work {name}"
            person = f"person {name} {number}"
            again += [(WORLD.accepted(who, f"place of {work}", work, person), "2026-03-31")]
            again += WORLD.course(who, work, *["2026-04-01"] * 3, "2026-04-20", end=COMPLETED)
    await followup.hears(*records([*story, *again]))
    await followup.due("2026-06-15")

    found = of_people(await seen(followup))
    assert (found["completed"], found["kept"]) == (18, 18)
    assert (found["people who started"], found["people who completed"]) == (9, 9)
