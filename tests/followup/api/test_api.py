"""HTTP in: an open report for everybody, a member's own for those concerned."""

import re
from collections.abc import Callable
from threading import current_thread
from typing import Any

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import World, records

from followup import reports

NETWORK = "/networks/jobbpakten"
WORLD = World()
OWN = WORLD.id("org a")
PAGE = f"{NETWORK}/members/{WORLD.id('a')}/report"
LEDGER = f"{NETWORK}/ledger/commitments/{WORLD.id('visits')}"


@pytest.fixture
async def busy(followup: Followup) -> Followup:
    """Give a followup that has heard of one member with one promise."""
    await followup.hears(
        *records(
            [
                (WORLD.applied("a", "civil_society"), "2026-01-02"),
                (WORLD.in_force("a"), "2026-01-15"),
                (WORLD.made("visits", 3), "2026-01-15"),
                (WORLD.held("v", "visits"), "2026-02-01"),
                (WORLD.held("w", "unheard of"), "2026-02-01"),
            ]
        )
    )
    await followup.today("2026-11-22")
    return followup


async def asked(followup: Followup, path: str, role: str = "", **claims: Any) -> Any:
    async with followup.client(role, **claims) as client:
        return await client.get(path)


async def test_the_networks_report_is_open(busy: Followup) -> None:
    response = await asked(busy, f"{NETWORK}/report")

    report = response.json()
    assert response.status_code == 200
    assert (report["day"], report["total"]["promised"]) == ("2026-10-31", 3)
    assert report["members"] == [
        {
            "state": "member",
            "by_sector": {"business": 0, "civil_society": 1, "public": 0},
            "total": 1,
        }
    ]
    assert str(WORLD.id("a")) not in response.text


async def test_now_is_as_told_and_a_day_is_as_it_was(busy: Followup) -> None:
    now = await asked(busy, f"{NETWORK}/report", "coordinator")
    then = await asked(busy, f"{NETWORK}/report?day=2026-07-01", "coordinator")
    everybody = await asked(busy, f"{NETWORK}/report")
    await busy.due("2026-11-22")
    told = await asked(busy, f"{NETWORK}/report", "coordinator")

    lapsed = [response.json()["total"]["lapsed"] for response in (now, then, everybody, told)]
    assert lapsed == [0, 2, 2, 2]


@pytest.mark.parametrize("path", ["/networks/elsewhere/report", "/networks/elsewhere/report.html"])
async def test_a_network_that_nobody_spoke_of_is_not_there(busy: Followup, path: str) -> None:
    response = await asked(busy, path)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [f"{NETWORK}/report", f"{NETWORK}/report.html", PAGE, LEDGER])
@pytest.mark.parametrize(
    "day",
    [
        *("2026-11-23", "yesterday", "0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"),
        *("1756684800", "1756684800.0", "2026-03-02T00:00:00", "2026-03-02T00:00:00%2B02:00"),
        *("", "20260302", "2026-3-2", "2026-02-30", "2026-03-02%00", "%202026-03-02"),
    ],
)
async def test_a_day_that_is_none_or_to_come_is_refused(
    busy: Followup, path: str, day: str
) -> None:
    response = await asked(busy, f"{path}?day={day}", "coordinator")

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == "day"


@pytest.mark.parametrize(("lang", "word"), [("sv", "Utlovat"), ("en", "Promised")])
async def test_the_page_speaks_the_language_asked_for(busy: Followup, lang: str, word: str) -> None:
    response = await asked(busy, f"{NETWORK}/report.html?lang={lang}")

    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert f'<html lang="{lang}">' in response.text
    assert word in response.text


async def test_a_language_that_we_do_not_speak_is_refused(busy: Followup) -> None:
    assert (await asked(busy, f"{NETWORK}/report.html?lang=tlh")).status_code == 422


async def test_a_language_link_asks_for_no_day_that_nobody_asked_for(busy: Followup) -> None:
    now = await asked(busy, f"{NETWORK}/report.html")
    then = await asked(busy, f"{NETWORK}/report.html?day=2026-02-01")

    links = [re.findall(r'href="([^"]*)"', page.text) for page in (now, then)]
    assert links == [["?lang=en"], ["?lang=en&amp;day=2026-02-01"]]


@pytest.mark.parametrize("path", [f"{NETWORK}/report.html", f"{PAGE}.html"])
async def test_folding_and_rendering_keep_nobody_waiting(
    busy: Followup, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []

    def noting(work: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: Any) -> Any:
            threads.append(current_thread())
            return work(*args)

        return noted

    for room, names in ((reports, ("fold",)), (busy.app.state.pages, ("network", "member"))):
        for name in names:
            monkeypatch.setattr(room, name, noting(getattr(room, name)))
    await asked(busy, path, "coordinator")

    assert len(threads) == 2
    assert current_thread() not in threads


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.html", LEDGER])
async def test_a_members_own_is_for_itself_and_the_coordinator(busy: Followup, path: str) -> None:
    answers = [
        await asked(busy, path),
        await asked(busy, path, "coordinator"),
        await asked(busy, path, "signatory", organisation=OWN),
        await asked(busy, path, "signatory", organisation=WORLD.id("org b")),
        await asked(busy, path, "contact_person", organisation=OWN),
        await asked(busy, path, "caseworker"),
        await asked(busy, path, "supervisor", organisation=OWN),
        await asked(busy, path, "coordinator", organisation=OWN),
        await asked(busy, path, "coordinator", networks=["elsewhere"]),
    ]

    assert [answer.status_code for answer in answers] == [
        *(401, 200, 200, 404, 200),
        *(404, 404, 404, 404),
    ]


@pytest.mark.parametrize(
    "path",
    [
        f"{NETWORK}/members/{WORLD.id('nobody')}/report",
        f"{NETWORK}/ledger/commitments/{WORLD.id('nothing')}",
        f"{NETWORK}/ledger/commitments/{WORLD.id('unheard of')}",
        f"/networks/elsewhere/members/{WORLD.id('a')}/report",
        f"/networks/elsewhere/ledger/commitments/{WORLD.id('visits')}",
    ],
)
async def test_what_is_not_there_looks_like_what_is_not_for_you(busy: Followup, path: str) -> None:
    response = await asked(busy, path, "coordinator", networks=["jobbpakten", "elsewhere"])

    assert response.status_code == 404


async def test_a_members_report_holds_each_promise(busy: Followup) -> None:
    report = (await asked(busy, PAGE, "coordinator")).json()

    assert (report["sector"], report["size"], report["state"]) == (
        "civil_society",
        "small",
        "member",
    )
    [line] = report["commitments"]
    assert line["id"] == str(WORLD.id("visits"))
    assert line["figures"] == report["total"]


async def test_a_promise_can_be_asked_about_on_any_day(busy: Followup) -> None:
    kept = [
        (await asked(busy, f"{LEDGER}{day}", "coordinator")).json()["figures"]["kept"]
        for day in ("?day=2026-01-31", "?day=2026-02-01", "")
    ]

    assert kept == [0, 1, 1]
