"""HTTP: every error is a problem, nothing is half-written, a call is carried out once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
from tests.callers import bearer, client, settings

from shared import service
from shared.access import Calling
from shared.answers import Once
from shared.causes import current
from shared.database import Tx, connect, head_of, schema_is_at_head
from shared.inbox import Hears
from shared.machines import NotAllowed, StaleEdit, Unfit, four_eyes
from shared.settings import ServiceSettings

router = APIRouter(prefix="/networks/{network}", route_class=Once)
ME = bearer("membership", "coordinator")
seen: list[str] = []
PLACE = "/networks/jobbpakten/notes"
ODD_HEADER = "eyJhbGciOiJFZDI1NTE5IiwiY3JpdCI6MX0.e30.AA"  # {"alg":"Ed25519","crit":1}


class Local(ServiceSettings, service="membership"):
    """A service small enough for a test."""


class NewNote(BaseModel):
    text: str = Field(max_length=20)
    count: int = 1


@router.post("/notes", status_code=201)
async def note(new: NewNote, tx: Tx, caller: Calling) -> dict[str, Any]:
    seen.append(current.get().correlation_id)
    connection = await tx.connection()
    await connection.execute(text("INSERT INTO notes VALUES (:text)"), {"text": new.text})
    if new.text == "bug":
        raise RuntimeError("850709-9805")
    if new.text == "eyes":
        four_eyes(caller.id, caller.id)
    if new.text == "stale":
        raise StaleEdit("stale", "Somebody changed it.")
    if new.text == "unfit":
        raise Unfit("/count", "too_many", "More than may be.")
    if new.text == "outage":
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    if new.text == "late failure":
        await connection.execute(text("INSERT INTO late VALUES (1), (1)"))
    return {"text": new.text, "notes": await connection.scalar(text("SELECT count(*) FROM notes"))}


async def nothing_due(_: Any, __: date) -> int:
    return 0


@pytest.fixture
async def http(database: Callable[[str], str]) -> AsyncIterator[httpx.AsyncClient]:
    app = service.assemble(
        settings(Local, database("shared")), router, hears=Hears(), due=nothing_due
    )
    async with app.state.database.transaction() as tx:
        connection = await tx.connection()
        await connection.execute(text("CREATE TABLE notes (text text)"))
        await connection.execute(
            text("CREATE TABLE late (id int, UNIQUE (id) DEFERRABLE INITIALLY DEFERRED)")
        )
    async with client(app) as calling:
        calling.headers.update(ME)
        yield calling
    await app.state.database.engine.dispose()


async def count(http: httpx.AsyncClient) -> int:
    told = await http.post(PLACE, json={"text": "count"})
    return int(told.json()["notes"]) - 1


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
    assert "9805" not in answer.text + capsys.readouterr().out


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
        (bearer("membership", "coordinator", seconds=-10), 401),
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


async def test_the_clock_goes_forward_only_and_only_the_system_moves_it(
    http: httpx.AsyncClient,
) -> None:
    system = bearer("membership", "system")
    assert (await http.put("/clock", json={"today": "2026-03-01"})).status_code == 404
    for day, status in [("2026-03-01", 200), ("2026-03-05", 200), ("2026-03-04", 409)]:
        answer = await http.put("/clock", json={"today": day}, headers=system)
        assert answer.status_code == status
    assert (await http.post("/clock/due", headers=system)).json() == {"done": 0}


async def test_probes_and_metrics_need_no_token(http: httpx.AsyncClient) -> None:
    del http.headers["authorization"]
    assert (await http.get("/health/ready")).status_code == 200
    assert (await http.get("/health/startup")).status_code == 503
    assert "outbox_age_seconds" in (await http.get("/metrics")).text


def current_correlation() -> str:
    return seen[-1]


def test_refusals_are_told_apart() -> None:
    with pytest.raises(NotAllowed) as refused:
        four_eyes("a", "a")
    assert refused.value.code == "four_eyes"


async def test_the_same_key_in_another_role_is_another_key(http: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "k-1"}
    await http.post(PLACE, json={"text": "once"}, headers=key)
    decider = bearer("membership", "decider", actor="coordinator-1")
    await http.post(PLACE, json={"text": "once"}, headers=key | decider)

    assert await count(http) == 2


async def test_free_text_is_no_correlation_id(http: httpx.AsyncClient) -> None:
    for asked, kept in [("Anna, Storgatan 1", False), ("a-1.b_2", True)]:
        await http.post(PLACE, json={"text": "x"}, headers={"X-Correlation-Id": asked})
        assert (current_correlation() == asked) == kept


async def test_the_schema_of_a_later_release_will_do(database: Callable[[str], str]) -> None:
    about = connect(settings(Local, database("membership")))
    head = head_of("membership")
    later = f"{int(head) + 1:04}"
    for number, good in [("0001", False), (later, True), (head, True)]:  # and as it was again
        async with about.transaction() as tx:
            await (await tx.connection()).execute(
                text("UPDATE alembic_version SET version_num = :number"), {"number": number}
            )
            assert await schema_is_at_head("membership", tx) == good
    await about.engine.dispose()
