"""Places offered over HTTP: under a promise that bears them, heard by the union, opened."""

import asyncio
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from tests.matching.support.places import TERMS, offered, promised, refused
from tests.matching.support.service import Matching
from tests.support.driven import TODAY

from jobbpakten_events.membership import CommitmentReleased, CommitmentRenegotiated


async def test_an_offered_place_waits_for_the_union_and_the_coordinator(
    matching: Matching,
) -> None:
    promise = await promised(matching)
    place = await offered(matching, promise)
    assert {key: place[key] for key in TERMS} == TERMS
    assert (place["state"], place["owner"], place["free"]) == ("under_review", "coordinator", 2)
    assert place["next_action"] == "hear the union, then open it"
    assert place["deadline"] == "2026-03-16"  # ten working days
    assert place["organisation_id"] == str(promise.organisation_id)
    assert place["offer"] == "internship"
    assert await matching.told() == []  # nobody has to act on it but the coordinator

    path = f"/places/{place['place_id']}"
    assert await refused(matching, f"{path}/opening", "coordinator", {}) == (
        409,
        "union_not_heard",
    )
    asked = await matching.good("POST", f"{path}/union", "coordinator", {})
    assert asked["union_due_on"] == "2026-03-16"
    statement = {"statement": "objects", "stated_on": TODAY.isoformat()}
    await matching.good("POST", f"{path}/union-statement", "coordinator", statement)
    found = await matching.good("POST", f"{path}/opening", "coordinator", {})
    assert (found["state"], found["owner"]) == ("open", "contact_person")
    assert (found["union_statement"], found["deadline"]) == ("objects", "2026-05-31")
    kind, headers, event = (await matching.told_in_full())[-1]
    assert (kind, headers["ce_network"]) == ("place.opened.v1", "jobbpakten")
    assert event == {key: found[key] for key in event}


async def test_the_unions_time_passes_and_the_place_may_open(matching: Matching) -> None:
    place = await offered(matching)
    path = f"/places/{place['place_id']}"
    await matching.good("POST", f"{path}/union", "coordinator", {})
    await matching.set_the_day(date(2026, 3, 16))
    assert await refused(matching, f"{path}/opening", "coordinator", {}) == (
        409,
        "union_not_heard",
    )
    await matching.set_the_day(date(2026, 3, 17))
    assert (await matching.good("POST", f"{path}/opening", "coordinator", {}))["state"] == "open"


async def test_a_promise_bears_as_many_slots_as_it_has_units(matching: Matching) -> None:
    promise = await promised(matching, promised=4)
    own = {"organisation": promise.organisation_id}
    first, second = [await offered(matching, promise, slots=2) for _ in range(2)]
    body = TERMS | {"commitment_id": str(promise.commitment_id), "slots": 1}
    assert await refused(matching, "/places", "contact_person", body, **own) == (
        409,
        "over_the_promise",
    )
    await matching.good("POST", f"/places/{first['place_id']}/closing", "contact_person", {}, **own)
    await offered(matching, promise, slots=2)
    cut = CommitmentRenegotiated(
        commitment_id=promise.commitment_id, promised=3, promised_before=4, ground="shrunk"
    )
    await matching.hears(cut)
    path = f"/places/{second['place_id']}"
    said = {"statement": "none"}
    await matching.good("POST", f"{path}/union-statement", "coordinator", said)
    assert await refused(matching, f"{path}/opening", "coordinator", {}) == (
        409,
        "over_the_promise",
    )
    await matching.hears(CommitmentReleased(commitment_id=promise.commitment_id, ground="gone"))
    assert (await refused(matching, f"{path}/opening", "coordinator", {}))[0] == 409


async def test_two_offers_at_once_never_share_what_a_promise_leaves(matching: Matching) -> None:
    promise = await promised(matching, promised=3)
    body = TERMS | {"commitment_id": str(promise.commitment_id)}
    calls = [matching.insists("POST", "/places", "coordinator", body) for _ in range(4)]
    statuses = [answer.status_code for answer in await asyncio.gather(*calls)]
    assert sorted(statuses) == [201, 409, 409, 409]


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"area": "mars"}, "/area"),
    ({"must": ["skill:flying"]}, "/must"),
    ({"provides": ["magic"]}, "/provides"),
    ({"want": ["lang:sv_a2"]}, "/want"),
    ({"starts_on": "2025-12-31"}, "/starts_on"),
    ({"ends_before": "2026-10-02"}, "/ends_before"),
    ({"ends_before": "2026-04-01"}, "/ends_before"),
    ({"slots": 0}, "/slots"),
    ({"schedule": []}, "/schedule"),
    ({"schedule": ["mon_noon"]}, "/schedule"),
    ({"offered_on": "2026-03-03"}, "/offered_on"),
]


@pytest.mark.parametrize(("differs", "pointer"), FAULTS)
async def test_what_is_amiss_with_an_offer_is_pointed_at(
    matching: Matching, differs: dict[str, Any], pointer: str
) -> None:
    promise = await promised(matching)
    body = TERMS | {"commitment_id": str(promise.commitment_id)} | differs
    answer = await matching.call("POST", "/places", "coordinator", body)
    assert answer.status_code == 422, answer.text
    assert pointer in answer.text


async def test_a_promise_kept_by_activities_has_no_places(matching: Matching) -> None:
    promise = await promised(matching, offer="study_visit", kept_by="activity")
    body = TERMS | {"commitment_id": str(promise.commitment_id)}
    assert (await refused(matching, "/places", "coordinator", body))[0] == 422


async def test_a_strangers_promise_looks_like_none(matching: Matching) -> None:
    promise = await promised(matching)
    bodies = [TERMS | {"commitment_id": str(one)} for one in (promise.commitment_id, uuid4())]
    answers = [
        await matching.call("POST", "/places", "contact_person", body, organisation=uuid4())
        for body in bodies
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() | {"instance": ""} == answers[1].json() | {"instance": ""}
    assert (await refused(matching, "/places", "caseworker", bodies[0]))[0] == 404
    own = {"organisation": promise.organisation_id}
    assert (await refused(matching, "/places", "coordinator", bodies[0], **own))[0] == 404


async def test_a_second_offer_with_the_same_key_is_the_first(matching: Matching) -> None:
    promise = await promised(matching)
    body = TERMS | {"commitment_id": str(promise.commitment_id)}
    first, second = [
        await matching.good("POST", "/places", "coordinator", body, Idempotency_Key="offer-1")
        for _ in range(2)
    ]
    assert first == second
