"""Every error over HTTP is a problem, and nothing is half-written."""

from typing import Any

import httpx
import pytest
from tests.shared.support.notes import PLACE, count
from tests.support.callers import bearer
from tests.support.chance import without_chance

from shared.edges.doorkeepers import Caller
from shared.machines import NotAllowed, by_a_person, four_eyes

ODD_HEADER = "eyJhbGciOiJFZDI1NTE5IiwiY3JpdCI6MX0.e30.AA"  # {"alg":"Ed25519","crit":1}
REFUSED = {
    "bug": (500, "internal"),
    "eyes": (409, "four_eyes"),
    "stale": (412, "stale"),
    "unfit": (422, "too_many"),
    "outage": (503, "unavailable"),
    "late failure": (500, "internal"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_a_refused_call_is_a_problem_and_leaves_nothing(
    http: httpx.AsyncClient, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await http.post(PLACE, json={"text": what})

    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == REFUSED[what]
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)
    assert await count(http) == 0
    assert "9805" not in without_chance(answer.text + capsys.readouterr().out)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"text": "x" * 21}, "/text"),
        ({}, "/text"),
        ({"text": "x", "count": "many"}, "/count"),
    ],
)
async def test_a_field_that_is_amiss_is_pointed_at(
    http: httpx.AsyncClient, body: Any, pointer: str
) -> None:
    answer = await http.post(PLACE, json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert "many" not in answer.text


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"", b"[1]", b"null", b'"a"'])
async def test_a_body_that_is_no_object_is_a_problem(http: httpx.AsyncClient, body: bytes) -> None:
    answer = await http.post(PLACE, content=body, headers={"content-type": "application/json"})

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_a_megabyte_is_413(http: httpx.AsyncClient) -> None:
    answer = await http.post(PLACE, json={"text": "x" * 2_000_000})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert await count(http) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        (bearer("followup", "coordinator"), 401),
        (bearer("membership", "coordinator", seconds=-120), 401),
        (bearer("membership", "coordinator", seconds=100_000), 401),
        (bearer("membership", "coordinator", actor="850709-9805"), 401),
        (bearer("membership", "coordinator", actor="x" * 201), 401),
        (bearer("membership", "coordinator", networks="jobbpakten"), 401),
        ({"Authorization": f"Bearer {ODD_HEADER}"}, 401),
        (bearer("membership", "coordinator", networks=["another"]), 404),
        (bearer("membership", "coordinator", networks=[]), 404),
    ],
)
async def test_who_isnt_known_gets_401_and_who_isnt_here_404(
    http: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await http.post(PLACE, json={"text": "x"}, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_a_path_that_isnt_there_looks_like_one_that_isnt_for_you(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/nowhere")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_refusals_are_told_apart() -> None:
    anna = Caller(id="anna", role="decider")
    machine = anna.model_copy(update={"id": "machine:anna", "is_machine": True})
    four_eyes(anna, "bo", "cia")
    assert by_a_person(anna) == "anna"
    with pytest.raises(NotAllowed) as refused:
        four_eyes(anna, "bo", "anna")
    assert refused.value.code == "four_eyes"
    for refuses in (four_eyes, by_a_person):
        with pytest.raises(NotAllowed) as refused:
            refuses(machine)
        assert refused.value.code == "needs_a_person"
