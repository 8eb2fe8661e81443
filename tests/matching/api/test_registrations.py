"""Registrations: unknown in all at first, each person once, and what is amiss by its place."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, UNIT, Matching
from tests.support.chance import without_chance
from tests.support.driven import TODAY

from matching.api.candidate import NewCandidate


async def test_who_is_registered_is_unknown_in_all_and_nobody_sees_her(matching: Matching) -> None:
    sent = people.body()
    answer = await matching.good("POST", "/candidates", "caseworker", sent)
    ref = answer.pop("candidate_ref")
    assert answer == {
        "state": "investigating",
        "since": "2026-03-02",
        "owner": "caseworker",
        "next_action": "find out what isn't known",
        "deadline": "2026-03-30",
        "unit": UNIT,
        "visible": False,
        "hidden_for": [*people.PROFILE.facts],
    }
    told = await matching.told_in_full()
    assert [(kind, event) for kind, _, event in told] == [
        ("candidate.registered.v1", {"candidate_ref": ref, "unit": UNIT}),
        ("visibility.computed.v1", {"candidate_ref": ref, "visible": False}),
    ]


async def test_the_same_person_is_refused_however_her_number_is_written(
    matching: Matching,
) -> None:
    number = people.identity_number()
    await people.registered(matching, identity_number=number)
    ten = f"{number[2:8]}-{number[8:]}"
    dashed = f"{number[:4]}-{number[4:6]}-{number[6:8]}-{number[8:]}"
    wide = ten.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    for written in (number, number[2:], ten, f" {number[2:]} ", dashed, wide, f"{number}.0"):
        again = people.body(identity_number=written)
        for unit, code in ((UNIT, "already_registered"), (OTHER_UNIT, "cannot_register")):
            answer = await matching.call("POST", "/candidates", "caseworker", again, unit=unit)
            assert (answer.status_code, answer.json()["code"]) == (409, code)
            assert number[4:] not in without_chance(answer.text)
            assert unit == UNIT or not [w for w in ("unit", "network") if w in answer.text]


async def test_numbers_of_people_who_aren_t_in_the_register_are_taken_and_hidden(
    matching: Matching,
) -> None:
    for written in ("20000067-2386", "19900072-2398", "19900060-2392", "000101-T220"):
        await people.registered(matching, identity_number=written)
        again = people.body(identity_number=written.replace("-", " ").lower())
        answer = await matching.call("POST", "/candidates", "caseworker", again)
        assert (answer.status_code, answer.json()["code"]) == (409, "already_registered")
        elsewhere = people.body(name=f"Åsa {written}")
        answer = await matching.call("POST", "/candidates", "caseworker", elsewhere)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/name"]
        assert written not in answer.text


async def test_a_number_where_none_belongs_is_refused_by_its_place_and_stored_nowhere(
    matching: Matching,
) -> None:
    ref = await people.registered(matching)
    path = f"/candidates/{ref}/contact"
    contact = {"language": "sv", "wants_email": True}
    for written in ("19890102-3286", "8901023286", "8901023286@exempel.se", "20000067-2386"):
        for field in ("phone", "email", "address"):
            differs = {field: written}
            for answer in (
                await matching.call("POST", "/candidates", "caseworker", people.body(**differs)),
                await matching.call("PUT", path, "caseworker", contact | differs),
            ):
                assert answer.status_code == 422
                assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{field}"]
                assert written[-4:] not in without_chance(answer.text)
    await matching.good("PUT", path, "caseworker", contact | {"phone": "0701-23 45 67"})


@pytest.mark.parametrize("day", ["19890102", "890102"])
@pytest.mark.parametrize(
    "sign", [":", ";", ",", ", ", "|", " | ", " [", "*", "~", "\\", "\u2192", "'"]
)
def test_a_number_whose_parts_stand_side_by_side_is_neither_name_nor_address(
    day: str, sign: str
) -> None:
    for field in ("name", "address"):
        with pytest.raises(ValidationError) as refused:
            NewCandidate.model_validate(people.body(**{field: f"\u00c5sa {day}{sign}3286"}))
        found = refused.value.errors(include_input=False)
        assert [error["loc"] for error in found] == [(field,)]
        assert "3286" not in str(found)


def test_a_name_has_at_most_three_digits() -> None:
    assert NewCandidate.model_validate(people.body(name="\u00c5sa (123)")).name == "\u00c5sa (123)"
    for digits in ("070-1234", "\u0661\u0662\u0663\u0664", "89, 32"):
        with pytest.raises(ValidationError, match="three digits"):
            NewCandidate.model_validate(people.body(name=f"\u00c5sa {digits}"))


@pytest.mark.parametrize(
    "written",
    [
        "Burgatan 7, 753 31 Uppsala",
        "Ringv\u00e4gen 8, 1102, 753 31 Uppsala",
        "c/o Svensson, Kungsgatan 10-12, lgh 1102, 118 60 Stockholm",
        "Kungs\u00e4ngen 35:2, 753 23 Uppsala",
        "Portkod 890102, Storgatan 3",
        "Storgatan 3, 018-727 00 00",
        "Box 890102, 3287 Uppsala",
        "556036-0793, Box 1, 751 05 Uppsala",
    ],
)
def test_an_address_with_many_digits_is_taken(written: str) -> None:
    assert NewCandidate.model_validate(people.body(address=written)).address == written


async def test_an_address_that_no_mail_could_go_to_is_refused_and_not_repeated(
    matching: Matching,
) -> None:
    for written in ("anna.@exempel.se", "a..b@exempel.se", ".a@exempel.se", "anna@-x.se"):
        sent = people.body(email=written)
        answer = await matching.call("POST", "/candidates", "caseworker", sent)
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/email"]
        assert written not in answer.text
    sent = people.body(email="Anna@r\u00e4ksm\u00f6rg\u00e5s.SE\u200b")
    ref = (await matching.good("POST", "/candidates", "caseworker", sent))["candidate_ref"]
    known = await matching.good("GET", f"/candidates/{ref}", "caseworker")
    assert known["email"] == "Anna@xn--rksmrgs-5wao1o.se"


async def test_codes_that_the_profile_doesnt_have_are_refused_by_their_place(
    matching: Matching,
) -> None:
    amiss: dict[str, Any] = {
        "/language": {"language": "ar"},
        "/group": {"group": "somebody"},
        "/abilities": {"abilities": {"skill:piloting": True}},
        "/offers": {"offers": ["lecture_tour"]},
        "/identity_number": {"identity_number": "19890102-3287"},
        "/registered_on": {"registered_on": "2026-03-03"},
        "/schedule": {"schedule": ["mon_night"]},
        "/email": {"email": "asa@exempel"},
        "/phone": {"phone": "no"},
        "/name": {"name": " \u200b "},
    }
    for pointer, differs in amiss.items():
        answer = await matching.call("POST", "/candidates", "caseworker", people.body(**differs))
        assert answer.status_code == 422, pointer
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await matching.told() == []


async def test_what_is_written_is_stored_tidied_and_an_address_keeps_its_lines(
    matching: Matching,
) -> None:
    long = "\u00c5" * 200
    written: dict[str, dict[str, str | None]] = {
        "name": {
            " A\u200d\u030asa\u200b \u00a0 Berg\u200d ": "\u00c5sa Berg",
            "\u0646\u0627\u0646\u200c\u0648\u0627": "\u0646\u0627\u0646\u200c\u0648\u0627",
            "A\u030a" * 200: long,
        },
        "address": {
            " c/o  Ek\u200d \r\n\u200b\nBox\u00a03 ": "c/o Ek\nBox 3",
            "\u200c\u200d": None,
            " ": None,
            "A\u030a" * 200: long,
        },
    }
    for field, forms in written.items():
        for sent, stored in forms.items():
            ref = await people.registered(matching, **{field: sent})
            assert (await people.file(matching, ref))[field] == stored
    contact = {"language": "sv", "wants_email": False, "address": "Box 3\n\nUppsala"}
    await matching.good("PUT", f"/candidates/{ref}/contact", "caseworker", contact)
    assert (await people.file(matching, ref))["address"] == "Box 3\nUppsala"


async def test_a_name_or_an_address_has_an_end_however_it_is_written(matching: Matching) -> None:
    for differs in (
        {"name": "x" * 201},
        {"name": "x" * 1_001},
        {"name": "\u200d\u200c"},
        {"address": "x" * 301},
        {"address": " " * 1_001},
        {"phone": "\u200d\u200c"},
    ):
        answer = await matching.call("POST", "/candidates", "caseworker", people.body(**differs))
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert [error["pointer"]] == [f"/{field}" for field in differs]


async def test_a_name_with_nothing_behind_its_comma_is_refused_and_not_repeated(
    matching: Matching,
) -> None:
    for name in ("Törnqvist,", "Törnqvist , ", "Åsa Törnqvist, -", "Törnqvist,\u200b"):
        answer = await matching.call("POST", "/candidates", "caseworker", people.body(name=name))
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (422, "/name")
        assert "first name" in error["detail"]
        assert "rnqvist" not in answer.text
    await people.registered(matching, name="Törnqvist, Åsa")


async def test_who_comes_again_keeps_her_reference_and_her_protection_and_nothing_else(
    matching: Matching,
) -> None:
    number = people.identity_number()
    ref = await people.visible(matching, identity_number=number)
    path = f"/candidates/{ref}"
    form = {"form": "fictitious_identity"}
    await matching.good("PUT", f"{path}/protection", "caseworker", form)
    await matching.good("POST", f"{path}/closing", "caseworker", {"ground": "moved"})
    again = people.body(identity_number=number[2:], name="Åsa Ny", email=None)
    answer = await matching.good("POST", "/candidates", "caseworker", again, unit=OTHER_UNIT)
    assert (answer["candidate_ref"], answer["state"]) == (ref, "investigating")
    assert answer["hidden_for"] == [*people.PROFILE.facts]
    assert (await matching.call("GET", path, "caseworker")).status_code == 404
    seen = await people.file(matching, ref, unit=OTHER_UNIT)
    assert (seen["name"], seen["needs"], seen["ground"]) == ("Åsa Ny", None, None)
    assert {fact["value"] for fact in seen["facts"]} == {"unknown"}
    assert not (await people.found(matching, ref, unit=OTHER_UNIT))["visible"]
    assert (await people.file(matching, ref, unit=OTHER_UNIT))["hidden_for"] == ["protected"]


async def test_one_call_is_carried_out_once_and_its_answer_holds_nothing_of_her(
    matching: Matching,
) -> None:
    sent = people.body()
    answers = [
        await matching.call("POST", "/candidates", "caseworker", sent, Idempotency_Key="a")
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert (await matching.told()).count("candidate.registered.v1") == 1


async def test_todays_is_the_day_of_an_act_unless_said(matching: Matching) -> None:
    ref = await people.registered(matching, registered_on="2026-02-27")
    seen = await people.file(matching, ref)
    assert (seen["since"], seen["registered_on"]) == ("2026-02-27", "2026-02-27")
    again = {"returned_on": "2026-02-26"}
    await matching.good("POST", f"/candidates/{ref}/parking", "caseworker", resting())
    answer = await matching.call("POST", f"/candidates/{ref}/return", "caseworker", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "before_last_act")


async def test_what_hides_her_is_dated_back_as_far_as_it_can_be_and_never_refused(
    matching: Matching,
) -> None:
    # A late report would be no reason to go on showing her.
    leaving = {"ground": "moved", "closed_on": "2026-02-20"}
    for path, body in (("parking", resting(parked_on="2026-02-20")), ("closing", leaving)):
        ref = await people.visible(matching, registered_on="2026-02-27")
        answer = await matching.good("POST", f"/candidates/{ref}/{path}", "caseworker", body)
        assert (answer["visible"], answer["since"]) == (False, TODAY.isoformat())
        events = [one for one in await matching.told_in_full() if one[1]["ce_subject"] == ref]
        days = {headers["ce_occurredat"] for _, headers, _ in events[-2:]}
        assert days == {TODAY.isoformat()}


def resting(**differs: str) -> dict[str, str]:
    return {"until": TODAY.isoformat(), "ground": "illness"} | differs
