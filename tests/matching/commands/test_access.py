"""Who sees what of a match, until when: whatever comes at the same time, and however it ended."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.matching.support import people
from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank, by
from tests.matching.support.service import OTHER_UNIT, UNIT
from tests.support.callers import answered
from tests.support.eventually import eventually

from matching.commands.candidates import facts
from matching.commands.matches import consents
from shared.database import Tx
from shared.http.access import Caller
from shared.messaging.causation import Cause, because

WORKER = Caller(id="caseworker-1", role="caseworker", unit=UNIT)
WAITING = """SELECT 1 FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'"""
GONE = (404, "not_found")
DECIDERS: tuple[dict[str, Any], ...] = ({}, {"unit": ""}, {"unit": UNIT}, {"unit": OTHER_UNIT})

Act = Callable[[Tx], Awaitable[Any]]
Asking = Callable[[Bank, str], Awaitable[httpx.Response]]


def protecting(ref: str, _: str) -> Act:
    form: Any = "protected_registration"
    return lambda tx: facts.record_protection(by(tx, WORKER), UUID(ref), form)


def taking_back(_: str, match: str) -> Act:
    return lambda tx: consents.take_back(by(tx, WORKER), UUID(match), "paper")


async def answering(ours: Bank, match: str) -> httpx.Response:
    claims = {"role": "contact_person"} | ours.employer
    return await ours.post(f"/matches/{match}/answer", {"answer": "yes"}, **claims)


async def after(
    ours: Bank, act: Act, asking: Callable[[], Awaitable[httpx.Response]]
) -> httpx.Response:
    """Do something, let an employer ask while it isn't committed, and commit; gives the answer."""
    with because(Cause("race", network="jobbpakten")):
        async with ours.matching.database.transaction() as tx:
            await act(tx)
            await tx.flush()
            call = asyncio.ensure_future(answered(asking))

            async def it_waits() -> None:
                assert await ours.rows(WAITING)

            await eventually(it_waits)
            assert not call.done()
    return await call


@pytest.mark.parametrize("hiding", [protecting, taking_back])
@pytest.mark.parametrize("asking", [Bank.look, answering])
async def test_whoever_waited_while_she_was_hidden_or_took_back_sees_and_does_nothing(
    ours: Bank, hiding: Callable[[str, str], Act], asking: Asking
) -> None:
    ref = await ours.candidate()
    match = await ours.released(await ours.place(), ref)
    answer = await after(ours, hiding(ref, match), lambda: asking(ours, match))
    assert answer.status_code == 404, answer.text


async def test_a_decider_reads_what_waits_for_one_and_never_learns_how_one_ended(
    ours: Bank,
) -> None:
    refused = await ours.asked(await ours.place(), await ours.candidate())
    await ours.good(f"/matches/{refused}/refusal")
    waiting = await ours.wanted(await ours.place(), await ours.candidate())
    call = ours.matching.call
    for claims in DECIDERS:
        assert (await call("GET", f"/matches/{refused}", "decider", **claims)).status_code == 404
        path = f"/matches/{refused}/acceptance"
        assert await ours.refused(path, PLAN, role="decider", **claims) == GONE
    for claims in (*DECIDERS[:3], {"unit": "kansliet"}):  # an office without candidates: for all
        seen = (await call("GET", f"/matches/{waiting}", "decider", **claims)).json()
        assert (seen["state"], seen["consent"]["given_how"]) == ("employer_yes", "paper")
        listed = (await call("GET", "/matches", "decider", **claims)).json()["matches"]
        assert [one["match_id"] for one in listed] == [waiting]
        assert "Shamiram" not in str([seen, listed])
    elsewhere = (await call("GET", "/matches", "decider", unit=OTHER_UNIT)).json()["matches"]
    assert elsewhere == []
    assert (await call("GET", "/matches", "decider", **ours.employer)).status_code == 404
    for unit in ({"unit": OTHER_UNIT}, ours.employer):
        assert (await call("GET", f"/matches/{waiting}", "decider", **unit)).status_code == 404
    path = f"/matches/{waiting}/acceptance"
    theirs = {"role": "decider", "unit": OTHER_UNIT}
    assert await ours.refused(path, PLAN, **theirs) == GONE
    own = {"role": "decider"} | ours.employer
    assert await ours.refused(path, PLAN, **own) == GONE
    planned = await ours.good(path, PLAN, role="decider", unit=UNIT)
    path = f"/placements/{planned['placement_id']}"
    assert (await call("GET", path, "decider")).status_code == 404
    assert (await call("GET", "/matches", "decider")).json()["matches"] == []


async def test_a_decider_does_nothing_else_to_a_match(ours: Bank) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    bodies = {
        "asking": {"fields": ["first_name"], "answer_by": "2026-03-07"},
        "consent": {"given_how": "paper", "until": "2026-06-01"},
        "consent-confirmation": {"consent_id": match},
        "refusal": {},
        "release": {},
        "confirmation": {},
        "withdrawal": {"ground": "mistake"},
        "consent-withdrawal": {"how": "paper"},
        "answer": {"answer": "yes"},
    }
    for claims in DECIDERS:
        for act, body in bodies.items():
            refused = await ours.refused(f"/matches/{match}/{act}", body, role="decider", **claims)
            assert refused == GONE, (act, claims)
    assert await ours.state(match) == "employer_yes"
    assert (await ours.look(match)).status_code == 200


async def kept_visible(ours: Bank, ref: str, *days: str) -> None:
    """Go from day to day, and find out anew each time what has aged."""
    for day in days:
        await ours.matching.set_the_day(date.fromisoformat(day))
        facts = [one | {"found_on": day} for one in people.all_true()]
        path = f"/candidates/{ref}/facts"
        await ours.matching.good("PUT", path, "caseworker", {"facts": facts})


async def begun(ours: Bank, ref: str) -> tuple[str, str]:
    """Begin a placement of somebody who agreed to be shown for long; gives it and its match."""
    match = await ours.consented(await ours.place(), ref, until="2026-09-20")
    await ours.good(f"/matches/{match}/release")
    await ours.answer(match)
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)
    await ours.prepared(planned["placement_id"])
    await ours.good(f"/placements/{planned['placement_id']}/readiness")
    await kept_visible(ours, ref, "2026-04-01")
    await ours.good(f"/placements/{planned['placement_id']}/start")
    return planned["placement_id"], match


async def test_an_employers_access_ends_twelve_weeks_after_the_last_day(ours: Bank) -> None:
    ref = await ours.candidate()
    placement, match = await begun(ours, ref)
    body = {"ground": "illness", "side": "nobody", "ended_on": "2026-04-01"}
    await ours.good(f"/placements/{placement}/interruption", body)
    await kept_visible(ours, ref, "2026-05-01", "2026-06-24")
    assert (await ours.look(match)).status_code == 200
    await kept_visible(ours, ref, "2026-06-25")
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []


async def test_who_never_came_is_shown_no_more(ours: Bank) -> None:
    match = await ours.wanted(await ours.place(), await ours.candidate())
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)
    assert (await ours.look(match)).status_code == 200
    await ours.good(f"/placements/{planned['placement_id']}/no-show")
    assert (await ours.look(match)).status_code == 404
    assert (await ours.matching.told())[-2:].count("consent.withdrawn.v1") <= 1
    assert (await ours.matching.told()).count("consent.withdrawn.v1") == 1
