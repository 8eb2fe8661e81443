"""A call with a key is carried out once and answered the same; another caller's is another."""

import asyncio
import hashlib
import hmac
from typing import Any

import httpx
import pytest
from tests.shared.support.notes import ME, PLACE, count
from tests.support.callers import answered, bearer

from shared.http.idempotency import fingerprint


async def test_the_same_key_is_answered_the_same_and_carried_out_once(
    http: httpx.AsyncClient,
) -> None:
    key = {"Idempotency-Key": "k-1"}
    first, *others = await asyncio.gather(
        *(answered(lambda: http.post(PLACE, json={"text": "once"}, headers=key)) for _ in range(5))
    )

    assert first.status_code == 201
    assert {(other.status_code, other.text) for other in others} == {(201, first.text)}
    assert await count(http) == 1


async def test_the_same_key_with_another_body_is_refused(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    answer = await http.post(PLACE, json={"text": "twice"}, headers=key)

    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")


@pytest.mark.parametrize(
    ("role", "actor"), [("coordinator", "another"), ("decider", "coordinator-1")]
)
async def test_the_same_key_of_another_caller_or_in_another_role_is_another_key(
    http: httpx.AsyncClient, role: str, actor: str
) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    other = bearer("membership", role, actor=actor)
    await http.post(PLACE, json={"text": "once"}, headers=key | other)

    assert await count(http) == 2


async def test_a_failed_call_keeps_no_answer(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "bug"}, headers=key)
    answer = await http.post(PLACE, json={"text": "well"}, headers=key)

    assert answer.status_code == 201


Call = tuple[str, dict[str, str]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("?dry_run=true", {}), ("?dry_run=false", {})),
        (("?dry_run=true", {}), ("", {})),
        (("", {}), ("?dry_run=true", {})),
        (("?a=1&b=2", {}), ("?b=2&a=1", {})),
        (("", {"If-Match": '"1"'}), ("", {"If-Match": '"2"'})),
        (("", {"If-Match": '"1"'}), ("", {})),
        (("", {}), ("", {"If-Match": '"1"'})),
        (("", {}), ("", {"Content-Type": "application/vnd.other+json"})),
        (("?if-match=1", {}), ("", {"If-Match": "1"})),
    ],
)
async def test_whatever_decides_makes_it_another_call(
    http: httpx.AsyncClient, first: Call, second: Call
) -> None:
    answers = [
        await http.post(f"{PLACE}{query}", json={"text": "x"}, headers={"Idempotency-Key": "k"} | h)
        for query, h in (first, second, first)
    ]

    assert [answer.status_code for answer in answers] == [201, 409, 201]
    assert answers[1].json()["code"] == "key_reused"
    assert answers[2].text == answers[0].text
    assert await count(http) == 1


async def test_a_unit_beside_an_organisation_is_another_caller(http: httpx.AsyncClient) -> None:
    claims = {"organisation": "0191c8b4-0000-7000-8000-000000000001"}
    key = {"Idempotency-Key": "k"}
    answers = [
        await http.post(
            PLACE,
            json={"text": "x"},
            headers=key | bearer("membership", "coordinator", unit=unit, **claims),
        )
        for unit in ("one", "two")
    ]

    assert [answer.status_code for answer in answers] == [201, 409]


@pytest.mark.parametrize(("query", "status"), [("", 201), ("?dry_run=false", 409)])
async def test_what_the_release_before_carried_out_is_carried_out_by_no_other(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, query: str, status: int
) -> None:
    def by_its_body_alone(key: str, body: bytes, _: list[str]) -> bytes:
        return hmac.digest(key.encode(), body, hashlib.sha256)

    call: dict[str, Any] = {"json": {"text": "x"}, "headers": ME | {"Idempotency-Key": "k"}}
    with monkeypatch.context() as before:
        before.setattr(f"{fingerprint.__module__}.fingerprint", by_its_body_alone)
        first = await http.post(f"{PLACE}{query}", **call)
    again = await http.post(f"{PLACE}{query}", **call)

    assert (first.status_code, again.status_code) == (201, status)
    assert await count(http) == 1
