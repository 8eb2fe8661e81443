"""Counts of people: each counted once, none shown that is too small, no reference anywhere."""

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from tests.followup.service import Followup
from tests.followup.stories import COMPLETED, INTERRUPTED, NO_SHOW, Dated, World, records

from followup.rules.masking import FEWEST, OUTCOMES, hidden, persons, placements

WORLD = World()
NETWORK = "/networks/jobbpakten"
MEMBER = f"{NETWORK}/members/{WORLD.id('a')}/report"
BEGUN = ["2026-02-01", "2026-02-20", "2026-03-01"]


def course(number: int, *days: str, end: Any = None, person: str = "") -> list[Dated]:
    """Tell a placement with the match that it came of."""
    placement, place = f"placement {number}", "place of work"
    accepted = WORLD.accepted(placement, place, "work", person or f"person {number}")
    return [(accepted, "2026-01-31"), *WORLD.course(placement, "work", *days, end=end)]


def a_year() -> list[Dated]:
    """Tell of 7 completed, 6 running, 2 that never began, 1 interrupted; two people came twice."""
    story = [
        (WORLD.applied("a"), "2026-01-02"),
        (WORLD.in_force("a"), "2026-01-15"),
        (WORLD.places("work", 20), "2026-01-15"),
        (WORLD.opened("place of work", "work", 20), "2026-01-20"),
    ]
    for number in range(7):
        story += course(number, *BEGUN, "2026-03-31", end=COMPLETED)
    for number in range(7, 13):
        again = f"person {number - 7}" if number < 9 else ""
        story += course(number, *BEGUN, person=again)
    for number in (13, 14):
        story += course(number, "2026-02-01", "2026-03-03", end=NO_SHOW)
    return story + course(15, *BEGUN, "2026-03-09", end=INTERRUPTED)


@pytest.fixture
async def busy(followup: Followup) -> Followup:
    await followup.hears(*records(a_year()))
    await followup.today("2026-11-22")
    return followup


async def asked(followup: Followup, path: str, role: str = "", **claims: Any) -> Any:
    async with followup.client(role, **claims) as client:
        return await client.get(path)


def counts(report: Any) -> dict[str, int | None]:
    parts = report["placements"]["by_outcome"] | {"total": report["placements"]["total"]}
    assert all(part["masked"] is (part["count"] is None) for part in parts.values())
    return {name: part["count"] for name, part in parts.items()}


HIDDEN = dict.fromkeys(OUTCOMES)
# 0, 0, 0, 1 and 2 are together under five: the six that are running are hidden with them.
NOW = HIDDEN | {"completed": 7, "total": 16}


async def test_the_report_counts_placements_by_outcome_and_hides_small_counts(
    busy: Followup,
) -> None:
    assert counts((await asked(busy, f"{NETWORK}/report")).json()) == NOW
    assert counts((await asked(busy, MEMBER, "coordinator")).json()) == NOW
    assert (
        counts((await asked(busy, MEMBER, "signatory", organisation=WORLD.id("org a"))).json())
        == NOW
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-01-31", {"total": None}),
        ("2026-02-01", {"planned": 16, "total": 16}),
        ("2026-02-20", {"planned": None, "ready": 14, "total": 16}),
        ("2026-03-01", {"planned": None, "running": 14, "total": 16}),
        ("2026-03-30", {"running": 13, "total": 16}),
        ("2026-03-31", {"completed": 7, "total": 16}),
    ],
)
async def test_placements_are_counted_as_of_any_day(
    busy: Followup, day: str, expected: dict[str, int | None]
) -> None:
    report = (await asked(busy, f"{NETWORK}/report?day={day}")).json()

    found = counts(report)
    visible = {name: count for name, count in found.items() if count}
    assert found["total"] == expected["total"]
    assert visible.items() <= {name: n for name, n in expected.items() if n}.items()


async def test_people_are_counted_once(busy: Followup) -> None:
    found = [
        (await asked(busy, f"{NETWORK}/report{day}")).json()["persons"]
        for day in ("", "?day=2026-03-01", "?day=2026-02-28")
    ]

    none = {"count": None, "masked": True}
    assert found == [
        {"started": {"count": 12, "masked": False}, "completed": {"count": 7, "masked": False}},
        {"started": {"count": 12, "masked": False}, "completed": none},
        {"started": none, "completed": none},
    ]


async def test_a_person_whose_match_nobody_told_is_not_counted(busy: Followup) -> None:
    more = WORLD.course("unknown", "work", *BEGUN)
    await busy.hears(*records(more))

    found = (await asked(busy, f"{NETWORK}/report")).json()
    assert (found["persons"]["started"]["count"], found["placements"]["total"]["count"]) == (12, 17)


async def test_other_networks_people_are_not_ours(busy: Followup) -> None:
    elsewhere = WORLD.made("there", 1)
    [record] = records([(elsewhere, "2026-01-15")])
    headers = tuple((n, b"elsewhere" if n == "ce_network" else v) for n, v in record.headers)
    await busy.hears(replace(record, headers=headers))

    found = (await asked(busy, "/networks/elsewhere/report")).json()
    assert counts(found) == HIDDEN | {"total": None}


@pytest.mark.parametrize("path", [f"{NETWORK}/report", MEMBER])
@pytest.mark.parametrize("kind", ["", ".html", ".html?lang=en"])
async def test_no_reference_to_a_person_is_shown(busy: Followup, path: str, kind: str) -> None:
    response = await asked(busy, f"{path}{kind}", "coordinator")

    text = response.text
    assert response.status_code == 200
    people = {str(WORLD.id(f"person {number}")) for number in range(16)}
    work = {str(WORLD.id(f"placement {number}")) for number in range(16)}
    assert set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text)).isdisjoint(people | work)


async def test_a_reference_lies_in_one_table_and_in_the_ledger_of_what_was_heard(
    busy: Followup,
) -> None:
    tables = await busy.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    person = str(WORLD.id("person 3"))
    found = set()
    for table in sorted(row["tablename"] for row in tables):
        rows = await busy.rows(f"SELECT CAST(t AS text) AS row FROM {table} AS t")
        plain = (bytes_seen(row["row"]) for row in rows)
        found |= {table for text in plain if person in text}

    assert found == {"accepted_matches", "events"}


def bytes_seen(row: str) -> str:
    """Give a row's text, its bytea among it."""
    hexes = re.findall(r"\\\\x([0-9a-f]+)", row)
    return row + "".join(bytes.fromhex(one).decode(errors="replace") for one in hexes)


async def test_what_followup_tells_names_nobody(busy: Followup) -> None:
    told = " ".join(str(one) for one in await busy.told())

    assert not [n for n in range(16) if str(WORLD.id(f"person {n}")) in told]


@pytest.mark.parametrize(("lang", "words"), [("sv", "färre än 5"), ("en", "fewer than 5")])
async def test_the_pages_say_where_a_figure_is_hidden(
    busy: Followup, lang: str, words: str
) -> None:
    for path in (f"{NETWORK}/report.html", f"{MEMBER}.html"):
        page = (await asked(busy, f"{path}?lang={lang}", "coordinator")).text
        assert page.count(words) >= 5


def test_small_counts_are_hidden_and_nothing_that_is_shown_gives_one_away() -> None:
    """Who takes what is shown from the total learns the sum of several, and no small one."""
    for sizes in product((0, 1, 4, 5, 9), repeat=4):
        every = dict(zip("abcd", sizes, strict=True))
        hide = hidden(every)
        assert {part for part, count in every.items() if count < FEWEST} <= hide
        rest = sum(every[part] for part in hide)
        assert not hide or (len(hide) > 1 and rest >= FEWEST) or len(hide) == len(every)
        assert not hide or any(count < FEWEST for count in every.values())


@pytest.mark.parametrize(
    ("counts", "visible"),
    [
        ({}, set()),
        ({"running": 4}, set()),
        ({"running": 5}, {"total"}),
        ({"running": 5, "completed": 9}, {"completed", "total"}),
        (dict.fromkeys(OUTCOMES, 5), {*OUTCOMES, "total"}),
        (
            dict.fromkeys(OUTCOMES, 5) | {"no_show": 1},
            {*OUTCOMES, "total"} - {"no_show", "completed"},
        ),
    ],
)
def test_which_counts_are_shown(counts: dict[str, int], visible: set[str]) -> None:
    found = placements(counts)

    assert {name for name, one in found.by_outcome.items() if not one.masked} | (
        set() if found.total.masked else {"total"}
    ) == visible


@pytest.mark.parametrize(
    ("started", "completed", "visible"),
    [
        (4, 0, (None, None)),
        (5, 0, (5, None)),
        (9, 5, (9, None)),
        (10, 5, (10, 5)),
        (10, 10, (10, None)),
    ],
)
def test_who_began_and_has_not_completed_is_not_told_by_a_difference(
    started: int, completed: int, visible: tuple[int | None, int | None]
) -> None:
    among = placements(dict.fromkeys(OUTCOMES, 5))
    found = persons(started, completed, among)

    assert (found.started.count, found.completed.count) == visible
    assert persons(started, completed, placements({})).completed.masked
