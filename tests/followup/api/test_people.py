"""Counts of people: each counted once, none shown that is too small, no reference anywhere."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import records
from tests.followup.support.years import BEGUN, HIDDEN, MEMBER, NETWORK, NOW, WORLD, asked, counts

from jobbpakten_events import KINDS


async def test_the_report_counts_placements_by_outcome_and_hides_small_counts(
    busy: Followup,
) -> None:
    assert counts((await asked(busy, f"{NETWORK}/report", "coordinator")).json()) == NOW
    assert counts((await asked(busy, MEMBER, "coordinator")).json()) == NOW


async def people(followup: Followup, query: str = "", role: str = "coordinator") -> tuple[Any, Any]:
    persons = (await asked(followup, f"{NETWORK}/report{query}", role)).json()["persons"]
    assert all(part["masked"] is (part["count"] is None) for part in persons.values())
    return persons["started"]["count"], persons["completed"]["count"]


async def test_what_was_interrupted_before_it_began_is_counted_as_never_begun(
    busier: Followup,
) -> None:
    found = counts((await asked(busier, f"{NETWORK}/report", "coordinator")).json())
    assert found["interrupted"] == 5  # and not six


async def test_people_are_counted_once(busier: Followup) -> None:
    assert await people(busier) == (21, 7)
    assert await people(busier, "?day=2026-03-30") == (None, None)


async def test_who_began_is_hidden_where_an_outcome_of_theirs_is(busy: Followup) -> None:
    assert await people(busy) == (None, 7)


async def test_a_person_whose_match_nobody_told_is_not_counted(busier: Followup) -> None:
    more = WORLD.course("unknown", "work", *BEGUN)
    await busier.hears(*records(more))

    assert await people(busier) == (21, 7)
    report = (await asked(busier, f"{NETWORK}/report", "coordinator")).json()
    assert counts(report)["running"] == 7


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


@pytest.mark.parametrize(("lang", "words"), [("sv", "visas inte"), ("en", "not shown")])
async def test_the_pages_say_where_a_figure_is_hidden(
    busy: Followup, lang: str, words: str
) -> None:
    for path in (f"{NETWORK}/report.html", f"{MEMBER}.html"):
        page = (await asked(busy, f"{path}?lang={lang}", "coordinator")).text
        assert page.count(f">{words}<") >= 5


async def test_the_metrics_tell_nobody_what_happened_to_one_person(busy: Followup) -> None:
    """A counter of no-shows that moves by one is a count of people under five."""
    said = (await asked(busy, "/metrics")).text

    assert 'inbox_handler_seconds_count{service="followup"}' in said
    assert [kind for kind in (*KINDS, "no_show") if kind in said] == []
