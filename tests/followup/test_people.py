"""Counts of people: each counted once, none shown that is too small, no reference anywhere."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.followup.service import Followup
from tests.followup.stories import COMPLETED, INTERRUPTED, NO_SHOW, PARTLY, Dated, World, records

from followup.rules.masking import OUTCOMES

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


@pytest.fixture
async def busier(busy: Followup) -> Followup:
    """Give a year with five or more of all that began: 5 partly completed, 5 interrupted."""
    more = []
    for number in range(20, 24):
        more += course(number, *BEGUN, "2026-03-09", end=INTERRUPTED)
    for number in range(24, 29):
        more += course(number, *BEGUN, "2026-03-16", end=PARTLY)
    for number in range(29, 32):
        more += course(number, "2026-02-01", "2026-03-03", end=NO_SHOW)
    await busy.hears(*records(more))
    return busy


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
    report = (await asked(busy, f"{NETWORK}/report?day={day}", "coordinator")).json()

    found = counts(report)
    assert report["people_as_of"] == day
    visible = {name: count for name, count in found.items() if count}
    assert found["total"] == expected["total"]
    assert visible.items() <= {name: n for name, n in expected.items() if n}.items()


async def people(followup: Followup, query: str = "", role: str = "") -> tuple[Any, Any]:
    persons = (await asked(followup, f"{NETWORK}/report{query}", role)).json()["persons"]
    assert all(part["masked"] is (part["count"] is None) for part in persons.values())
    return persons["started"]["count"], persons["completed"]["count"]


async def test_people_are_counted_once(busier: Followup) -> None:
    assert await people(busier) == (21, 7)
    assert await people(busier, "?day=2026-03-30", "coordinator") == (None, None)


async def test_who_began_is_hidden_where_an_outcome_of_theirs_is(busy: Followup) -> None:
    for role in ("", "coordinator"):
        assert await people(busy, role=role) == (None, 7)


async def test_a_person_whose_match_nobody_told_is_not_counted(busier: Followup) -> None:
    more = WORLD.course("unknown", "work", *BEGUN)
    await busier.hears(*records(more))

    assert await people(busier) == (21, 7)
    assert counts((await asked(busier, f"{NETWORK}/report")).json())["running"] == 7


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("caseworker", {}),
    ("signatory", {"organisation": WORLD.id("org a")}),
    ("coordinator", {"organisation": WORLD.id("org a")}),
    ("coordinator", {"networks": ["elsewhere"]}),
]


@pytest.mark.parametrize(("role", "claims"), OTHERS)
async def test_all_but_the_coordinator_see_people_as_of_the_end_of_a_month(
    busy: Followup, role: str, claims: dict[str, Any]
) -> None:
    """Seven were completed on 31 March: whoever asks for the day after the day before sees none."""
    for day, as_of, completed in (
        ("2026-03-30", "2026-02-28", None),
        ("2026-03-31", "2026-02-28", None),
        ("2026-04-01", "2026-03-31", 7),
        ("2026-04-30", "2026-03-31", 7),
    ):
        found = (await asked(busy, f"{NETWORK}/report?day={day}", role, **claims)).json()
        assert (found["day"], found["people_as_of"]) == (day, as_of)
        assert counts(found)["completed"] == found["persons"]["completed"]["count"] == completed
    now = (await asked(busy, f"{NETWORK}/report", role, **claims)).json()
    assert (now["day"], now["people_as_of"]) == ("2026-11-22", "2026-10-31")


@pytest.mark.parametrize("role", ["signatory", "contact_person"])
async def test_an_employer_sees_its_own_placements_as_of_the_end_of_a_month(
    busy: Followup, role: str
) -> None:
    own = {"organisation": WORLD.id("org a")}
    for query, as_of, completed in (
        ("?day=2026-03-31", "2026-02-28", None),
        ("?day=2026-04-01", "2026-03-31", 7),
        ("", "2026-10-31", 7),
    ):
        found = (await asked(busy, f"{MEMBER}{query}", role, **own)).json()
        assert (found["people_as_of"], counts(found)["completed"]) == (as_of, completed)
    found = (await asked(busy, f"{MEMBER}?day=2026-03-31", "coordinator")).json()
    assert (found["people_as_of"], counts(found)["completed"]) == ("2026-03-31", 7)


async def test_the_coordinator_sees_people_as_of_any_day_and_now(busy: Followup) -> None:
    for query, as_of, completed in (
        ("?day=2026-03-30", "2026-03-30", None),
        ("?day=2026-03-31", "2026-03-31", 7),
        ("", "2026-11-22", 7),
    ):
        found = (await asked(busy, f"{NETWORK}/report{query}", "coordinator")).json()
        assert (found["people_as_of"], counts(found)["completed"]) == (as_of, completed)


async def test_a_token_that_is_no_good_is_not_taken_for_none(busy: Followup) -> None:
    async with busy.client() as client:
        client.headers["Authorization"] = "Bearer old"
        assert (await client.get(f"{NETWORK}/report")).status_code == 401


@pytest.mark.parametrize(
    ("lang", "words"), [("sv", "Läget den 31 mars 2026"), ("en", "As of 31 March 2026")]
)
async def test_the_page_says_on_which_day_people_were_counted(
    busy: Followup, lang: str, words: str
) -> None:
    own = {"organisation": WORLD.id("org a")}
    for path, role, claims in ((f"{NETWORK}/report", "", {}), (MEMBER, "signatory", own)):
        query = f"lang={lang}&day=2026-04-15"
        page = await asked(busy, f"{path}.html?{query}", role, **claims)
        assert words in page.text


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
