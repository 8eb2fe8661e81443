"""A call with a key is carried out once and answered the same; another caller's is another."""

import asyncio

import httpx
from tests.callers import bearer
from tests.shared.notes import PLACE, count


async def test_the_same_key_is_answered_the_same_and_carried_out_once(
    http: httpx.AsyncClient,
) -> None:
    key = {"Idempotency-Key": "k-1"}
    first, *others = await asyncio.gather(
        *(http.post(PLACE, json={"text": "once"}, headers=key) for _ in range(5))
    )

    assert first.status_code == 201
    assert {(other.status_code, other.text) for other in others} == {(201, first.text)}
    assert await count(http) == 1


async def test_the_same_key_with_another_body_is_refused(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    answer = await http.post(PLACE, json={"text": "twice"}, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")


async def test_another_callers_key_is_another_key(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    other = bearer("membership", "coordinator", actor="another")
    await http.post(PLACE, json={"text": "once"}, headers=key | other)

    assert await count(http) == 2


async def test_a_failed_call_keeps_no_answer(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "bug"}, headers=key)
    answer = await http.post(PLACE, json={"text": "well"}, headers=key)

    assert answer.status_code == 201


async def test_the_same_key_in_another_role_is_another_key(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    decider = bearer("membership", "decider", actor="coordinator-1")
    await http.post(PLACE, json={"text": "once"}, headers=key | decider)

    assert await count(http) == 2
