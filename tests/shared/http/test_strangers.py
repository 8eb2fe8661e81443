"""What a stranger asks costs little: few bytes are read for her, and the database is asked once."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import event
from tests.shared.support.notes import PLACE
from tests.support.callers import bearer

from shared.http.glances import Glance
from shared.http.problems import LARGEST_BODY_OF_A_STRANGER_BYTES as LARGEST

GOOD = bearer("membership", "coordinator")
PIECE = b"x" * 8_192


class Body:
    """A body of a megabyte in pieces, that knows how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(120):
            self.taken += len(PIECE)
            yield PIECE


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic eDp5"},
        bearer("followup", "coordinator"),
        bearer("membership", "coordinator", seconds=-120),
    ],
)
async def test_no_more_of_a_body_is_read_than_a_stranger_may_bring(
    http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    body = Body()
    answer = await http.post(PLACE, content=aiter(body), headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert body.taken <= LARGEST + 2 * len(PIECE)


async def test_who_is_known_brings_as_much_as_ever(http: httpx.AsyncClient) -> None:
    body = Body()
    answer = await http.post(PLACE, content=aiter(body), headers=GOOD)

    assert answer.status_code == 422
    assert body.taken == 120 * len(PIECE)
    few = await http.post(PLACE, content=b"x" * LARGEST, headers={"Authorization": ""})
    assert few.status_code in {401, 422}


async def test_however_many_ask_whether_we_are_ready_the_database_is_asked_once_a_second(
    http: httpx.AsyncClient,
) -> None:
    asked: list[str] = []
    transport = http._transport
    assert isinstance(transport, httpx.ASGITransport)
    engine = transport.app.state.database.engine.sync_engine  # type: ignore[attr-defined]

    def note(*args: object) -> None:
        asked.append(str(args[2]))

    assert (await http.get("/health/startup")).status_code == 200  # once for ever
    event.listen(engine, "before_cursor_execute", note)
    answers = await asyncio.gather(*(http.get("/health/ready") for _ in range(100)))
    event.remove(engine, "before_cursor_execute", note)

    assert {answer.status_code for answer in answers} == {200}
    assert len(asked) <= 2


async def test_what_has_changed_is_seen_after_a_second() -> None:
    seen = iter(["away", "there", "never asked"])

    async def look() -> str:
        return next(seen)

    glance = Glance(look)
    assert [await glance(), await glance()] == ["away", "away"]
    glance.good_until = 0
    assert await asyncio.gather(*(glance() for _ in range(5))) == ["there"] * 5


async def test_a_look_that_is_under_way_ends_with_the_service() -> None:
    looking, over = asyncio.Event(), []

    async def look() -> None:
        looking.set()
        try:
            await asyncio.Event().wait()
        finally:
            over.append("closed")

    glance = Glance(look)
    asking = asyncio.create_task(glance())
    await looking.wait()
    await glance.stop()
    assert over == ["closed"]
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_what_is_amiss_in_thousands_of_places_is_said_of_a_hundred(
    http: httpx.AsyncClient,
) -> None:
    asked = "&".join(f"%01{number}" for number in range(3_000))
    answer = await http.get(f"/health/live?{asked}")

    assert (answer.status_code, len(answer.json()["errors"])) == (422, 100)
    assert len(answer.content) < len(asked)
