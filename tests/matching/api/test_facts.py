"""Facts: recorded with source and day; only what the profile names makes one TRUE, for its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

import pytest
from tests.matching.support import people
from tests.matching.support.pairs import Bank
from tests.matching.support.service import UNIT, Matching

from matching.queries import candidate as queries

FACTS = [*people.PROFILE.facts]


async def recorded(matching: Matching, ref: str, **fact: str) -> Any:
    body = {"facts": [fact]}
    return await matching.good("PUT", f"/candidates/{ref}/facts", "caseworker", body)


async def test_she_is_visible_when_the_last_fact_is_true_and_each_other_value_hides(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    for code, rule in people.PROFILE.facts.items():
        for value in ("false", "unknown"):
            fact = {"code": code, "source": rule.sources[0]}
            answer = await recorded(matching, ref, value=value, **fact)
            assert (answer["visible"], answer["hidden_for"]) == (False, [code])
            assert answer["state"] == "hidden"
            answer = await recorded(matching, ref, value="true", **fact)
            assert (answer["visible"], answer["hidden_for"]) == (True, [])
    told = await matching.told_about(ref)
    assert told.count("visibility.computed.v1") == 2 + 4 * len(FACTS)


async def test_facts_that_cant_be_are_refused_by_their_place(matching: Matching) -> None:
    ref = await people.registered(matching)
    good = {"code": "may_work", "value": "true", "source": "document"}
    amiss: dict[str, list[dict[str, str]]] = {
        "/facts/0/source": [good | {"source": "conversation"}],
        "/facts/1/code": [good, good | {"code": "may_sing"}],
        "/facts/1/found_on": [good, {**good, "code": "needs_asked", "found_on": "2026-03-03"}],
        "/facts/0/value": [{"code": "needs_asked", "value": "true", "source": "conversation"}],
        "/facts": [good, good],
    }
    for pointer, facts in amiss.items():
        path = f"/candidates/{ref}/facts"
        answer = await matching.call("PUT", path, "caseworker", {"facts": facts})
        assert answer.status_code == 422, pointer
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    seen = await people.file(matching, ref)
    assert {fact["value"] for fact in seen["facts"]} == {"unknown"}


async def test_any_source_can_make_a_fact_false(matching: Matching) -> None:
    ref = await people.visible(matching)
    answer = await recorded(matching, ref, code="may_work", value="false", source="rumour")
    assert answer["hidden_for"] == ["may_work"]


async def test_what_was_found_earlier_never_stands_in_place_of_what_was_found_later(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    fact = {"code": "may_work", "source": "document"}
    answer = await recorded(matching, ref, value="false", found_on="2026-03-01", **fact)
    assert answer["visible"]
    answer = await recorded(matching, ref, value="false", found_on="2026-03-02", **fact)
    assert not answer["visible"]


async def test_a_fact_is_unknown_again_after_its_time_also_when_the_clock_stood_still(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    await matching.set_the_day(date(2026, 6, 2))  # what registers say is good for 92 days
    assert await matching.do_what_is_due() == 0
    assert (await people.file(matching, ref))["visible"]
    await matching.set_the_day(date(2026, 6, 20))
    assert await matching.do_what_is_due() == 1
    assert await matching.do_what_is_due() == 0
    seen = await people.file(matching, ref)
    assert (seen["visible"], seen["state"], seen["hidden_for"]) == (
        False,
        "hidden",
        ["no_mark_in_register", "not_in_agency_service", "receives_assistance"],
    )
    assert (await matching.told_about(ref))[-2:] == ["visibility.computed.v1", "tombstone"]
    assert (await people.found(matching, ref))["visible"]
    assert (await matching.told_about(ref))[-2:] == [
        "visibility.computed.v1",
        "recipient.named.v1",
    ]


async def test_whoever_reads_before_the_clock_has_looked_reads_that_she_is_hidden(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    await matching.set_the_day(date(2026, 6, 3))
    seen = await people.file(matching, ref)
    (listed,) = (await matching.good("GET", "/candidates", "caseworker"))["candidates"]
    for read in (seen, listed):
        assert (read["visible"], read["state"]) == (False, "hidden")
        assert read["next_action"] == "look at what hides the candidate"
    assert seen["hidden_for"]
    assert await matching.do_what_is_due() == 1
    later = await people.file(matching, ref)
    assert [later[name] for name in ("visible", "state", "hidden_for")] == [
        seen[name] for name in ("visible", "state", "hidden_for")
    ]


async def test_whoever_is_hidden_by_new_rules_alone_is_said_to_wait_for_the_clock(
    matching: Matching,
) -> None:
    ref = await people.visible(matching)
    wider = MAY_WORK.model_copy(update={"sources": [*MAY_WORK.sources, "embassy"]})
    for looked_at, found in ((False, ("hidden", ["not_looked_at"])), (True, ("visible", []))):
        with other_facts(matching, may_work=wider):
            if looked_at:
                assert await matching.do_what_is_due() == 1
            seen = await people.file(matching, ref)
            assert (seen["state"], seen["hidden_for"]) == found
            assert seen["visible"] is looked_at


@contextmanager
def other_facts(matching: Matching, **differs: Any) -> Iterator[None]:
    """Let the board decide on other facts, and nobody think of the profile's version."""
    here, usual = matching.database.networks, people.PROFILE
    changed = usual.model_copy(update={"facts": usual.facts | differs})
    with patch.dict(here, {"jobbpakten": changed}):
        yield


MAY_WORK = people.PROFILE.facts["may_work"]


@pytest.mark.parametrize(
    "facts",
    [
        {"may_work": MAY_WORK.model_copy(update={"sources": ["embassy"]})},
        {"asked_about_protection": MAY_WORK},
        {"may_travel": MAY_WORK},
    ],
)
async def test_other_rules_of_the_board_hide_whom_nobody_has_looked_at_since(
    ours: Bank, facts: dict[str, Any]
) -> None:
    matching, ref = ours.matching, await ours.candidate()
    match = await ours.released(await ours.place(), ref)
    with other_facts(matching, **facts):
        assert (await ours.look(match)).status_code == 404
        assert await ours.seen() == []
        async with matching.database.transaction() as tx:
            assert await queries.visible(tx, "jobbpakten", UNIT) == []
        assert await matching.do_what_is_due() == 1
        assert (await people.file(matching, ref))["state"] == "hidden"
        assert await ours.state(match) == "withdrawn"
        assert await matching.do_what_is_due() == 0


def test_rules_have_another_key_when_they_decide_otherwise_and_only_then() -> None:
    usual = people.PROFILE
    named = MAY_WORK.model_copy(update={"text": usual.facts["needs_asked"].text})
    shorter = MAY_WORK.model_copy(update={"good_for": usual.deadlines.place})
    same: list[dict[str, Any]] = [{"facts": usual.facts | {"may_work": named}}, {"groups": {}}]
    other: list[dict[str, Any]] = [
        {"facts": usual.facts | {"may_work": shorter}},
        {"facts": {"may_work": MAY_WORK}},
        {"version": "2026-1"},
    ]
    assert {usual.model_copy(update=one).rules_key for one in same} == {usual.rules_key}
    keys = [usual.model_copy(update=one).rules_key for one in other]
    assert len({*keys, usual.rules_key}) == 1 + len(other)


async def test_needs_are_asked_for_and_none_is_an_answer(matching: Matching) -> None:
    ref = await people.registered(matching)
    path = f"/candidates/{ref}/needs"
    before = people.all_true()
    for needs in ([], ["quiet", "step_free"]):
        answer = await matching.good("PUT", path, "caseworker", {"needs": needs})
        assert "needs_asked" not in answer["hidden_for"]
        assert (await people.file(matching, ref))["needs"] == needs
    earlier = {"needs": [], "asked_on": "2026-03-01"}
    await matching.good("PUT", path, "caseworker", earlier)
    assert (await people.file(matching, ref))["needs"] == ["quiet", "step_free"]
    unknown = await matching.call("PUT", path, "caseworker", {"needs": ["company"]})
    assert unknown.json()["errors"][0]["pointer"] == "/needs"
    assert (await people.found(matching, ref, before))["visible"]
