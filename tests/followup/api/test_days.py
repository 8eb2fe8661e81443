"""As of which day a report is, and for whom: two days side by side must tell of nobody."""

from typing import Any

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.years import MEMBER, NETWORK, WORLD, asked, counts


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


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("", {}),
    ("caseworker", {}),
    ("signatory", {"organisation": WORLD.id("org a")}),
    ("coordinator", {"organisation": WORLD.id("org a")}),
    ("coordinator", {"networks": ["elsewhere"]}),
]


@pytest.mark.parametrize(("role", "claims"), OTHERS)
async def test_all_but_the_coordinator_see_all_of_it_as_of_the_end_of_a_month(
    busy: Followup, role: str, claims: dict[str, Any]
) -> None:
    for query, as_of in (
        ("?day=2026-03-30", "2026-02-28"),
        ("?day=2026-03-31", "2026-02-28"),
        ("?day=2026-04-01", "2026-03-31"),
        ("?day=2026-04-30", "2026-03-31"),
        ("", "2026-10-31"),
    ):
        found = (await asked(busy, f"{NETWORK}/report{query}", role, **claims)).json()
        assert found["day"] == found["people_as_of"] == found["months"][-1]["day"] == as_of


@pytest.mark.parametrize("role", ["signatory", "contact_person"])
async def test_an_employer_sees_its_own_as_of_the_end_of_a_month(busy: Followup, role: str) -> None:
    """Seven were completed on 31 March: whoever asks for the day after the day before sees none."""
    own = {"organisation": WORLD.id("org a")}
    await busy.due("2026-11-22")
    for query, as_of, completed in (
        ("?day=2026-03-31", "2026-02-28", None),
        ("?day=2026-04-01", "2026-03-31", 7),
        ("", "2026-10-31", 7),
    ):
        found = (await asked(busy, f"{MEMBER}{query}", role, **own)).json()
        assert found["day"] == found["people_as_of"] == as_of
        assert counts(found)["completed"] == found["total"]["kept"] == completed
        promise = f"{NETWORK}/ledger/commitments/{WORLD.id('work')}{query}"
        assert (await asked(busy, promise, role, **own)).json()["figures"]["kept"] == completed
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


@pytest.mark.parametrize("role", ["signatory", "coordinator"])
@pytest.mark.parametrize(
    ("lang", "said", "day"),
    [
        ("sv", "Läget den", ("31 mars 2026", "15 april 2026")),
        ("en", "As of", ("31 March 2026", "15 April 2026")),
    ],
)
async def test_the_page_says_once_as_of_which_day_it_is(
    busy: Followup, role: str, lang: str, said: str, day: tuple[str, str]
) -> None:
    staff = role == "coordinator"
    claims = {} if staff else {"organisation": WORLD.id("org a")}
    for path in (f"{NETWORK}/report", MEMBER):
        page = await asked(busy, f"{path}.html?lang={lang}&day=2026-04-15", role, **claims)
        assert page.text.count(said) == 1
        assert f"{said} {day[staff]}" in page.text
