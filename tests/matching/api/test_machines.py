"""A machine takes no part in what two people answer for; all else it does as the file says."""

from typing import Any

from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank
from tests.matching.support.service import UNIT
from tests.support.published import calling

REFUSED = (409, "needs_a_person")
WORD = {"given_how": "two_staff", "until": "2026-06-01"}


async def by_machine(ours: Bank, path: str, body: Any = None) -> tuple[int, str]:
    """Call as a machine that is a caseworker of the unit."""
    with calling(ours.matching.app, "matching", role="caseworker", unit=UNIT) as header:
        url = f"/networks/jobbpakten{path}"
        answer = await ours.matching.http.post(url, json=body or {}, headers=header)
    return answer.status_code, answer.json().get("code", "")


async def test_no_machine_picks_whom_a_colleague_accepts_nor_accepts_her(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    pick = {"place_id": place, "candidate_ref": ref}
    assert await by_machine(ours, "/matches", pick) == REFUSED
    match = await ours.wanted(place, ref)
    assert await by_machine(ours, f"/matches/{match}/acceptance", PLAN) == REFUSED
    await ours.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)


async def test_no_machine_hears_what_a_candidate_says_nor_confirms_it(ours: Bank) -> None:
    match = await ours.asked(await ours.place(), await ours.candidate())
    assert await by_machine(ours, f"/matches/{match}/consent", WORD) == REFUSED
    word = {"consent_id": await ours.said(match)}
    path = f"/matches/{match}/consent-confirmation"
    assert await by_machine(ours, path, word) == REFUSED
    await ours.confirmed(match, word["consent_id"])


async def test_a_machine_asks_records_a_paper_and_releases(ours: Bank) -> None:
    """What one person may do by herself a machine may do: the paper is what counts."""
    match = await ours.asked(await ours.place(), await ours.candidate())
    paper = {"given_how": "paper", "until": "2026-06-01"}
    for path, body in (("consent", paper), ("release", {})):
        status, code = await by_machine(ours, f"/matches/{match}/{path}", body)
        assert status < 300, code
