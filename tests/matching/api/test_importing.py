"""Import: tried first, all or nothing, each fault by row and column, no value ever repeated."""

import random
from typing import Any

from tests.matching.support import people
from tests.matching.support.service import OTHER_UNIT, UNIT, Matching
from tests.matching.support.tables import CLEAN, HEADER, imported, names, row, table
from tests.support.chance import without_chance


async def everybody(matching: Matching) -> list[Any]:
    found: list[Any] = (await matching.good("GET", "/candidates", "caseworker"))["candidates"]
    return found


async def test_a_dry_run_says_what_would_be_and_stores_nothing(matching: Matching) -> None:
    content = table(row(), row(), "", row())
    would_be = {"rows": 3, "registered": 0, **CLEAN}
    assert await imported(matching, content, dry_run=True) == would_be
    unasked = await matching.good("POST", "/candidates/import", "caseworker", content)
    assert unasked == would_be
    assert await matching.told() == []
    assert await everybody(matching) == []


async def test_a_good_file_is_taken_as_a_whole(matching: Matching) -> None:
    answer = await imported(matching, table(row(), row(wants_email="", email=""), row()))
    assert answer == {"rows": 3, "registered": 3, **CLEAN}
    found = await everybody(matching)
    assert len(found) == 3
    seen = await people.file(matching, found[0]["candidate_ref"])
    expected = {
        "name": "Åsa Törnqvist",
        "email": "asa@exempel.se",
        "wants_email": True,
        "abilities": {"skill:kitchen": True, "licence:b": False},
        "offers": ["internship"],
        "schedule": ["mon_am", "tue_am"],
        "available_from": "2026-03-09",
        "state": "investigating",
    }
    assert {name: seen[name] for name in expected} == expected
    silent = await people.file(matching, found[1]["candidate_ref"])
    assert (silent["wants_email"], silent["email"]) == (False, None)
    assert (await matching.told()).count("candidate.registered.v1") == 3


async def test_names_are_taken_as_they_come_in_one_form(matching: Matching) -> None:
    taken = {
        "Törnестam": "Törnестam",  # Cyrillic е, с and т
        "A\u030asa  Lifvenhjel\u00a0м ": "Åsa Lifvenhjel м",
        "ܡܪܝܡ ܒܪܬ ܝܘܣܦ": "ܡܪܝܡ ܒܪܬ ܝܘܣܦ",
        "مریم\u200cزاده \u202eعلی": "مریم\u200cزاده علی",
        "Ölja Väisänen-Mäkelä": "Ölja Väisänen-Mäkelä",
    }
    content = table(*(row(name=written) for written in taken))
    assert (await imported(matching, content))["registered"] == len(taken)
    assert await names(matching) == [*taken.values()]


async def test_each_fault_is_named_by_row_and_column_and_nothing_is_stored(
    matching: Matching,
) -> None:
    number, here = people.identity_number(), people.identity_number()
    await people.registered(matching, identity_number=here)
    before, told = await everybody(matching), await matching.told()
    content = table(
        row(),
        row(identity_number=number),
        row(identity_number="19890102-3287"),
        row(name="", email="asa@", wants_email="kanske"),
        row(identity_number=f"{number[2:8]}-{number[8:]}"),
        row(identity_number=here[2:]),
        row(language="ar"),
        row(abilities="skill:piloting"),
        row(abilities="skill:kitchen=kanske"),
        row(offers="sailing", schedule="mon_night"),
        row(registered_on="2026-03-03"),
        row(available_from="9/3"),
        row() + ";and more",
        row(name="19890102-3286"),
    )
    for dry_run in (True, False):
        answer = await imported(matching, content, dry_run=dry_run)
        errors = {(error["row"], error["column"]) for error in answer["errors"]}
        assert errors == {
            (4, "identity_number"),
            (5, "name"),
            (5, "email"),
            (5, "wants_email"),
            (6, "identity_number"),
            (7, "identity_number"),
            (8, "language"),
            (9, "abilities"),
            (10, "abilities"),
            (11, "schedule"),
            (12, "registered_on"),
            (13, "available_from"),
            (14, ""),
            (15, "name"),
        }
        assert (answer["rows"], answer["registered"]) == (14, 0)
        details = " ".join(error["detail"] for error in answer["errors"])
        assert "the same person stands in row 3" in details
        assert "already_registered" in details
        for value in (number[2:], here[2:], "Törnqvist", "asa@", "kanske", "piloting", "3287"):
            assert value not in str(answer)
    assert await matching.told() == told
    assert await everybody(matching) == before


async def test_a_number_that_has_slipped_into_another_column_is_named_by_its_place(
    matching: Matching,
) -> None:
    number, columns = "890102-3286", HEADER.split(";")[1:]
    written = {"email": f"{number}@exempel.se", "group": "g890102_3286", "offers": "o8901023286"}
    answer = await imported(
        matching, table(*(row(**{column: written.get(column, number)}) for column in columns))
    )
    places = {(error["row"], error["column"]) for error in answer["errors"]}
    assert places == {(number, column) for number, column in enumerate(columns, 2)}
    assert "3286" not in without_chance(answer)


async def test_of_other_units_people_a_dry_run_says_nothing_and_the_act_not_who_they_are(
    matching: Matching,
) -> None:
    theirs = people.identity_number()
    await people.registered(matching, identity_number=theirs, unit=OTHER_UNIT)
    content = table(row(), row(identity_number=theirs), row())
    clean = {"rows": 3, "registered": 0, **CLEAN}
    assert await imported(matching, content, dry_run=True) == clean
    path = "/candidates/import?dry_run=false"
    answer = await matching.call("POST", path, "caseworker", content)
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot_register")
    assert not [word for word in ("row", "unit", theirs[2:]) if word in answer.text]
    assert await everybody(matching) == []


async def test_the_same_file_again_says_that_they_are_here(matching: Matching) -> None:
    content = table(row(), row())
    assert (await imported(matching, content))["registered"] == 2
    again = await imported(matching, content)
    assert [error["row"] for error in again["errors"]] == [2, 3]
    assert {error["detail"] for error in again["errors"]} == {
        "already_registered: this person is in the unit"
    }
    assert len(await everybody(matching)) == 2


async def test_what_is_no_such_table_is_refused_without_a_word_of_it(matching: Matching) -> None:
    amiss = {
        b"": "identity_number",
        b"\xff\xfei\x00d\x00": "",
        b"\x81\x8d": "",
        b"identity_number;name\n": "language",
        b"identity_number;name;language;name\n": "name",
        b"198901023286;name;language\n": "column 1",
        b"198901023286;\xc3\x85sa;sv\n": "column 2",
    }
    for content, column in amiss.items():
        answer = await imported(matching, content)
        assert column in {error["column"] for error in answer["errors"]}, content
        assert {error["row"] for error in answer["errors"]} == {1}
        assert not [word for word in ("0102", "Åsa", "åsa") if word in str(answer)]


async def test_whatever_bytes_come_are_answered(matching: Matching) -> None:
    chance = random.Random(4)
    good = table(row(), row())
    for _ in range(60):
        broken = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        answer = await imported(matching, bytes(broken), dry_run=True)
        assert answer["registered"] == 0


async def test_only_a_caseworker_of_the_network_imports(matching: Matching) -> None:
    others: list[tuple[str, str]] = [
        ("caseworker", ""),
        ("caseworker", "nowhere"),
        ("coordinator", UNIT),
    ]
    for role, unit in others:
        call = await matching.call("POST", "/candidates/import", role, b"", unit=unit)
        assert call.status_code == 404


async def test_no_file_is_longer_than_a_body_may_be(matching: Matching) -> None:
    content = table(*(row() for _ in range(10))) + b";" * 1_048_576
    call = await matching.call("POST", "/candidates/import", "caseworker", content)
    assert call.status_code == 413


async def test_a_hundred_people_come_at_once(matching: Matching) -> None:
    answer = await imported(matching, table(*(row() for _ in range(100))))
    assert answer == {"rows": 100, "registered": 100, **CLEAN}


async def test_a_file_that_is_far_too_wide_or_too_long_has_one_fault(matching: Matching) -> None:
    many = [row()] * 2_001
    amiss = {
        b";" * 1_000_000: (1, "more than 100 cells"),
        b";".join([b"name"] * 200_000): (1, "more than 100 cells"),
        table(*many): (2_002, "at most 2,000 rows below its header: split it"),
    }
    for content, (place, detail) in amiss.items():
        answer = await imported(matching, content)
        (error,) = answer.pop("errors")
        assert (error["row"], error["column"]) == (place, "")
        assert detail in error["detail"]
        assert answer == {"rows": 0, "registered": 0, "encoding": "utf-8", "more_errors": 0}


async def test_a_hundred_errors_are_named_and_the_others_counted(matching: Matching) -> None:
    answer = await imported(matching, table("", *[row()] * 2_000))
    assert (answer["rows"], answer["registered"], answer["more_errors"]) == (2_000, 0, 1_899)
    assert [error["row"] for error in answer["errors"]] == [*range(4, 104)]
