"""Her consent is taken back at once, in any form, whatever comes at the same time."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.matching.commands.test_access import Act, after
from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank, by
from tests.matching.support.service import UNIT

from matching.commands.candidates import facts
from matching.commands.matches import acceptances, answers, consents, transitions, withdrawals
from matching.commands.matches.acceptances import Plan
from matching.commands.matches.consents import Yes
from shared.http.access import Caller

WORKER = Caller(id=COLLEAGUE, role="caseworker", unit=UNIT)
UNTIL = date(2026, 6, 1)
FORMS = ("refusal", "consent-withdrawal")


async def asked(ours: Bank) -> str:
    return await ours.asked(await ours.place(), await ours.candidate())


async def waiting(ours: Bank) -> tuple[str, UUID]:
    found = await asked(ours)
    return found, UUID(await ours.said(found))


async def confirming(ours: Bank) -> tuple[str, Act]:
    found, word = await waiting(ours)
    return found, lambda tx: consents.confirm(by(tx, WORKER), UUID(found), word)


async def giving(ours: Bank) -> tuple[str, Act]:
    found, yes = await asked(ours), Yes(uuid4(), "paper", UNTIL)
    return found, lambda tx: consents.give(by(tx, WORKER), UUID(found), yes)


async def answering(ours: Bank) -> tuple[str, Act]:
    found = await ours.released(await ours.place(), await ours.candidate())
    employer = Caller(id="c", role="contact_person", organisation=ours.promise.organisation_id)
    return found, lambda tx: answers.answer(by(tx, employer), UUID(found), "yes", None)


async def accepting(ours: Bank) -> tuple[str, Act]:
    found = await ours.wanted(await ours.place(), await ours.candidate())
    plan = Plan(uuid4(), *map(date.fromisoformat, PLAN.values()))
    return found, lambda tx: acceptances.accept(by(tx, WORKER), UUID(found), plan)


async def protecting(ours: Bank) -> tuple[str, Act]:
    ref = await ours.candidate()
    found, form = await ours.consented(await ours.place(), ref), "protected_registration"
    act: Any = facts.record_protection
    return found, lambda tx: act(by(tx, WORKER), UUID(ref), form)


async def expiring(ours: Bank) -> tuple[str, Act]:
    found, _ = await waiting(ours)
    return found, lambda tx: transitions.expire(tx, date(2026, 3, 20))


async def refusing(ours: Bank) -> tuple[str, Act]:
    found, _ = await waiting(ours)
    return found, lambda tx: withdrawals.refuse(by(tx, WORKER), UUID(found))


async def taking_back(ours: Bank) -> tuple[str, Act]:
    found = await ours.consented(await ours.place(), await ours.candidate())
    return found, lambda tx: consents.take_back(by(tx, WORKER), UUID(found), "mail")


async def withdrawing(ours: Bank) -> tuple[str, Act]:
    found, _ = await waiting(ours)
    return found, lambda tx: withdrawals.withdraw(by(tx, WORKER), UUID(found), "mistake")


MEANWHILE: tuple[Callable[[Bank], Any], ...] = (
    *(confirming, giving, answering, accepting, protecting),
    *(refusing, taking_back, withdrawing, expiring),
)
THEN: dict[Any, str] = {accepting: "accepted", refusing: "candidate_no", expiring: "expired"}


async def none_holds(ours: Bank, found: str) -> None:
    holds = f"SELECT 1 FROM consents WHERE match_id = '{found}' AND withdrawn_on IS NULL"
    waits = f"SELECT 1 FROM unconfirmed_consents WHERE match_id = '{found}'"
    assert (await ours.rows(holds), await ours.rows(waits)) == ([], [])
    assert (await ours.look(found)).status_code == 404
    told = [*await ours.matching.told_about(found)]
    assert told.count("match.withdrawn.v1") <= 1


@pytest.mark.parametrize("form", FORMS)
async def test_whatever_is_done_at_the_same_time_her_taking_back_comes_through(
    ours: Bank, form: str
) -> None:
    for meanwhile in MEANWHILE:
        found, act = await meanwhile(ours)
        said = await after(ours, act, partial(ours.post, f"/matches/{found}/{form}"))
        assert said.status_code == 201, (meanwhile, said.text)
        assert said.json()["state"] == THEN.get(meanwhile, "withdrawn"), meanwhile
        await none_holds(ours, found)
    ended = await ours.rows("SELECT id FROM consents WHERE withdrawn_on IS NOT NULL")
    assert (await ours.matching.told()).count("consent.withdrawn.v1") == len(ended) == 6


async def test_her_no_takes_her_yes_back_however_far_it_has_come(ours: Bank) -> None:
    ways = (ours.consented, ours.released, ours.wanted)
    matches = [await reached(await ours.place(), await ours.candidate()) for reached in ways]
    placed = await ours.accepted(await ours.place(), await ours.candidate())
    for found in (*matches, str(placed["match_id"])):
        state = "accepted" if found not in matches else "withdrawn"
        for _ in range(2):  # said twice it is over once
            assert (await ours.good(f"/matches/{found}/refusal"))["state"] == state
        await none_holds(ours, found)
    assert [*await ours.rows("SELECT DISTINCT withdrawn_how FROM consents")] == [("word",)]
    assert (await ours.matching.told()).count("consent.withdrawn.v1") == 4


async def test_where_she_has_given_nothing_nothing_is_taken_back(ours: Bank) -> None:
    proposed = await ours.proposed(await ours.place(), await ours.candidate())
    assert await ours.refused(f"/matches/{proposed}/refusal") == (409, "wrong_state")
    for found in (proposed, await asked(ours)):
        path = f"/matches/{found}/consent-withdrawal"
        assert await ours.refused(path) == (409, "no_consent")
