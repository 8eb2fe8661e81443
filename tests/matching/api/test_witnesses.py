"""Her word holds when a second member of staff has confirmed it by a call of her own."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.matching.support.pairs import COLLEAGUE, GONE, PLAN, Bank, answers
from tests.matching.support.service import OTHER_UNIT, UNIT

WORD = {"given_how": "two_staff", "until": "2026-06-01"}
UNTOLD = ("candidate.answered.v1", "consent.given.v1", "consent.withdrawn.v1")
WAITS = "SELECT 1 FROM unconfirmed_consents"


async def asked(ours: Bank) -> str:
    return await ours.asked(await ours.place(), await ours.candidate())


async def staff_read(ours: Bank, match: str) -> Any:
    return await ours.matching.good("GET", f"/matches/{match}", "caseworker")


async def test_what_one_of_the_staff_heard_waits_and_is_shown_to_nobody(ours: Bank) -> None:
    match = await asked(ours)
    found = await ours.good(f"/matches/{match}/consent", WORD | {"fields": ["first_name"]})
    assert found == await staff_read(ours, match)
    assert (found["state"], found["consent"]) == ("candidate_asked", None)
    assert (found["owner"], found["deadline"]) == ("caseworker", "2026-03-07")
    assert found["next_action"] == "have a colleague confirm what the candidate said"
    waiting = found["waits_for_witness"]
    assert waiting == {
        "consent_id": waiting["consent_id"],
        "fields": ["first_name"],
        "given_on": "2026-03-02",
        "until": "2026-06-01",
        "recorded_by": "caseworker-1",
    }
    (listed,) = (await ours.matching.good("GET", "/matches", "caseworker"))["matches"]
    assert listed == found
    assert await ours.rows("SELECT 1 FROM consents") == []
    assert await ours.refused(f"/matches/{match}/release") == (409, "wrong_state")
    assert (await ours.look(match)).status_code == 404
    assert not {*UNTOLD} & {*await ours.matching.told()}


async def test_a_colleague_confirms_it_and_then_it_holds_and_is_told(ours: Bank) -> None:
    match = await asked(ours)
    word = await ours.said(match, fields=["first_name"])
    await ours.matching.set_the_day(date(2026, 3, 7))
    found = await ours.confirmed(match, word)
    assert (found["state"], found["since"]) == ("candidate_yes", "2026-03-07")
    assert found["waits_for_witness"] is None
    assert (found["consent"]["given_how"], found["consent"]["given_on"]) == (
        "two_staff",
        "2026-03-02",
    )
    (row,) = await ours.rows("SELECT id, witnesses, recorded_by FROM consents")
    assert tuple(row) == (UUID(word), ["caseworker-1", COLLEAGUE], "caseworker-1")
    assert await ours.rows(WAITS) == []
    await ours.good(f"/matches/{match}/release")
    assert (await ours.look(match)).json()["details"] == {"first_name": "Shamiram"}
    told = await ours.matching.told()
    assert [told.count(kind) for kind in UNTOLD] == [1, 1, 0]


async def test_nobody_confirms_it_but_a_colleague_of_the_unit(ours: Bank) -> None:
    match = await asked(ours)
    body = {"consent_id": await ours.said(match)}
    path = f"/matches/{match}/consent-confirmation"
    before = await ours.matching.told()
    assert await ours.refused(path, body) == (409, "four_eyes")
    strangers: tuple[dict[str, Any], ...] = (
        {"unit": OTHER_UNIT, "actor": COLLEAGUE},
        {"unit": "", "actor": COLLEAGUE},
        {"role": "decider", "unit": UNIT},
        {"role": "coordinator"},
        {"role": "system"},
        {"role": "participant"},
        {"role": "contact_person"} | ours.employer,
        {"actor": COLLEAGUE} | ours.employer,
    )
    for claims in strangers:
        assert await ours.refused(path, body, **claims) == GONE, claims
    assert await ours.state(match) == "candidate_asked"
    assert await ours.matching.told() == before


@pytest.mark.parametrize(
    "named", [["anna", "bo"], ["caseworker-1", COLLEAGUE], "anna", {"a": 1}, 7, True]
)
@pytest.mark.parametrize("how", ["two_staff", "paper"])
async def test_a_witness_isnt_named_by_another(ours: Bank, named: Any, how: str) -> None:
    match = await asked(ours)
    body = WORD | {"given_how": how, "witnesses": named}
    answer = await ours.post(f"/matches/{match}/consent", body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/witnesses")
    assert "POST consent-confirmation" in error["detail"]
    assert "anna" not in answer.text
    assert (await ours.rows("SELECT 1 FROM consents"), await ours.rows(WAITS)) == ([], [])


async def test_recorded_anew_only_what_was_read_is_confirmed(ours: Bank) -> None:
    match = await asked(ours)
    path = f"/matches/{match}/consent-confirmation"
    first = await ours.said(match, fields=["first_name"])
    assert await ours.said(match, fields=["first_name"]) == first  # a call made twice
    second = await ours.said(match, fields=["first_name", "phone"])
    claims = {"actor": COLLEAGUE}
    for old in (first, str(uuid4())):
        body = {"consent_id": old}
        assert await ours.refused(path, body, **claims) == (409, "recorded_anew")
    assert await ours.said(match, fields=["phone", "first_name"]) == second
    again = await ours.good(f"/matches/{match}/consent", WORD, **claims)  # now hers is the first
    theirs = {"consent_id": again["waits_for_witness"]["consent_id"]}
    assert await ours.refused(path, theirs, **claims) == (409, "four_eyes")
    await ours.good(path, theirs)
    (row,) = await ours.rows("SELECT witnesses FROM consents")
    assert row.witnesses == [COLLEAGUE, "caseworker-1"]


async def test_confirmed_at_once_and_again_it_is_given_once(ours: Bank) -> None:
    match = await asked(ours)
    word = await ours.said(match)
    path, body = f"/matches/{match}/consent-confirmation", {"consent_id": word}
    found = await answers([ours.insists(path, body, actor=COLLEAGUE) for _ in range(5)])
    assert {status for status, _ in found} == {201}
    assert (await ours.confirmed(match, word))["state"] == "candidate_yes"
    assert await ours.refused(path, body, actor="caseworker-3") == (409, "wrong_state")
    told = await ours.matching.told()
    assert [told.count(kind) for kind in UNTOLD] == [1, 1, 0]


async def test_a_paper_ends_the_waiting_and_nothing_is_left_to_confirm(ours: Bank) -> None:
    match = await asked(ours)
    path, claims = f"/matches/{match}/consent-confirmation", {"actor": COLLEAGUE}
    body = {"consent_id": str(uuid4())}
    assert await ours.refused(path, body, **claims) == (409, "nothing_to_confirm")
    word = await ours.said(match)
    await ours.good(f"/matches/{match}/consent", {"given_how": "paper", "until": "2026-06-01"})
    assert await ours.rows(WAITS) == []
    assert await ours.refused(path, {"consent_id": word}, **claims) == (409, "wrong_state")


@pytest.mark.parametrize(
    ("act", "body", "state"),
    [
        ("consent-withdrawal", {}, "withdrawn"),
        ("consent-withdrawal", {"how": "phone", "withdrawn_on": "2026-03-02"}, "withdrawn"),
        ("refusal", {}, "candidate_no"),
        ("withdrawal", {"ground": "mistake"}, "withdrawn"),
    ],
)
async def test_her_word_is_taken_back_before_one_and_no_consent_is_told(
    ours: Bank, act: str, body: dict[str, str], state: str
) -> None:
    match = await asked(ours)
    word = await ours.said(match)
    over = await ours.good(f"/matches/{match}/{act}", body, actor="caseworker-3")
    assert (over["state"], over["waits_for_witness"]) == (state, None)
    assert await ours.rows(WAITS) == []
    path, body = f"/matches/{match}/consent-confirmation", {"consent_id": word}
    assert await ours.refused(path, body, actor=COLLEAGUE) == (409, "wrong_state")
    assert not {*UNTOLD} & {*await ours.matching.told()}
    assert (await ours.matching.told_about(match))[-1] == "match.withdrawn.v1"


async def test_what_nobody_confirms_in_time_expires_with_its_match(ours: Bank) -> None:
    match = await asked(ours)
    word = await ours.said(match)
    await ours.matching.set_the_day(date(2026, 3, 8))
    path, body = f"/matches/{match}/consent-confirmation", {"consent_id": word}
    assert await ours.refused(path, body, actor=COLLEAGUE) == (409, "too_late")
    late = f"/matches/{match}/consent", WORD | {"given_on": "2026-03-07"}
    assert await ours.refused(*late) == (409, "too_late")  # nobody could confirm it
    await ours.matching.do_what_is_due()
    assert await ours.state(match) == "expired"
    assert await ours.rows(WAITS) == []


async def test_nobody_clicks_for_her_in_any_state(ours: Bank) -> None:
    place, body = await ours.place(), WORD | {"given_how": "click"}
    for reached in (ours.proposed, ours.asked, ours.consented):
        match = await reached(place, await ours.candidate())
        assert await ours.refused(f"/matches/{match}/consent", body) == (422, "not_by_herself")


async def test_what_was_over_before_it_was_confirmed_isnt(ours: Bank) -> None:
    match = await asked(ours)
    word = await ours.said(match, until="2026-03-04")
    await ours.matching.set_the_day(date(2026, 3, 5))
    path, body = f"/matches/{match}/consent-confirmation", {"consent_id": word}
    assert await ours.refused(path, body, actor=COLLEAGUE) == (409, "consent_over")


async def test_whoever_is_hidden_while_it_waits_is_asked_no_more(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.asked(await ours.place(), ref)
    await ours.said(match)
    await ours.protect(ref)
    assert (await ours.state(match), await ours.rows(WAITS)) == ("withdrawn", [])


async def test_a_consent_that_names_its_witnesses_stays_as_it_was_recorded(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate())
    async with ours.matching.database.transaction() as tx:
        connection = await tx.connection()
        await connection.exec_driver_sql(
            """UPDATE consents SET given_how = 'two_staff', witnesses = '["anna", "bo"]'"""
        )
    assert (await ours.look(match)).status_code == 200
    assert (await staff_read(ours, match))["consent"]["given_how"] == "two_staff"
    taken = await ours.good(f"/matches/{match}/consent-withdrawal", {"how": "click"})
    assert taken["state"] == "withdrawn"


async def running(ours: Bank, match: str) -> None:
    planned = await ours.good(f"/matches/{match}/acceptance", PLAN, actor="caseworker-3")
    path = f"/placements/{planned['placement_id']}"
    await ours.prepared(planned["placement_id"])
    await ours.good(f"{path}/readiness")
    await ours.matching.set_the_day(date(2026, 4, 1))
    await ours.good(f"{path}/start")


@pytest.mark.parametrize("word", [False, True])
@pytest.mark.parametrize("reached", ["given", "released", "yes", "no", "running"])
async def test_taken_back_today_it_is_over_however_it_was_given_and_far_it_has_come(
    ours: Bank, *, word: bool, reached: str
) -> None:
    match = await asked(ours)
    await ours.matching.set_the_day(date(2026, 3, 5))
    if word:
        await ours.confirmed(match, await ours.said(match, given_on="2026-03-03"))
    else:
        paper = {"given_how": "paper", "until": "2026-06-01", "given_on": "2026-03-03"}
        await ours.good(f"/matches/{match}/consent", paper)
    if reached != "given":
        await ours.good(f"/matches/{match}/release")
    if reached in {"yes", "no", "running"}:
        said = ("no", "need_gone") if reached == "no" else ("yes", None)
        await ours.answer(match, *said)
    if reached == "running":
        await running(ours, match)
    taken = await ours.good(f"/matches/{match}/consent-withdrawal")
    assert taken["state"] == ("accepted" if reached == "running" else "withdrawn")
    assert (await ours.look(match)).status_code == 404
    assert (await ours.matching.told()).count("consent.withdrawn.v1") == 1
