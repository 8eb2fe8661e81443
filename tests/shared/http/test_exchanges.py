"""What is answered before a call is looked at: by its address, method, headers and size."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
from starlette.types import Message
from tests.shared.support.notes import ME, PLACE, Local, count, nothing_due, router, seen
from tests.support.callers import bearer, settings

from membership.subscribers import hears
from shared import service

KEY, ID = "Idempotency-Key", "X-Correlation-Id"
LARGE = str(1_048_577)
ALLOWED = {
    PLACE: "GET, HEAD, POST",
    "/clock": "PUT",
    "/clock/due": "POST",
    "/health/ready": "GET, HEAD",
    "/openapi.json": "GET, HEAD",
    "/docs/start.js": "GET, HEAD",
}


async def test_the_start_and_the_end_go_through_all_that_lies_around_a_call(
    database: Callable[[str], str],
) -> None:
    app = service.assemble(
        settings(Local, database("membership")), router, hears=hears, due=[nothing_due]
    )
    asked = iter(["lifespan.startup", "lifespan.shutdown"])
    said: list[str] = []

    async def receive() -> Message:
        return {"type": next(asked)}

    async def send(message: Message) -> None:
        said.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_nobody_is_sent_elsewhere_and_least_where_the_caller_says(
    http: httpx.AsyncClient,
) -> None:
    for path in (f"{PLACE}/", f"{PLACE}//", "/health/ready/", "/docs/", "//"):
        for method in ("GET", "POST", "HEAD"):
            answer = await http.request(method, path, headers={"Host": "evil.example"})
            assert (answer.status_code, "location" in answer.headers) == (404, False), path


async def test_a_method_that_isnt_there_is_answered_with_all_that_are(
    http: httpx.AsyncClient,
) -> None:
    for path, allowed in ALLOWED.items():
        for method in ("OPTIONS", "DELETE", "PATCH", "TRACE", "BREW"):
            answer = await http.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, allowed), (method, path)
            assert answer.json()["code"] == "http_405"
    assert (await http.request("OPTIONS", "/nowhere")).status_code == 404


async def never() -> AsyncIterator[bytes]:
    await asyncio.Event().wait()
    yield b""


async def test_what_is_announced_too_large_isnt_waited_for(http: httpx.AsyncClient) -> None:
    nobody = {"Authorization": ""}
    for size, token, status in ((LARGE, ME, 413), (LARGE, nobody, 413), ("16385", nobody, 401)):
        sent = {"Content-Type": "application/json", "Content-Length": size} | token
        async with asyncio.timeout(5):
            answer = await http.post(PLACE, content=never(), headers=sent)
        assert answer.status_code == status


async def twice(http: httpx.AsyncClient, *headers: tuple[str, str]) -> httpx.Response:
    body = b'{"text": "x"}'
    usual = [(name, value) for name, value in ME.items() if name not in dict(headers)]
    request = http.build_request("POST", PLACE, content=body)
    kept = [one for one in request.headers.multi_items() if one[0] != "authorization"]
    return await http.send(httpx.Request("POST", request.url, headers=[*kept, *usual, *headers]))


async def test_of_a_parameter_that_stands_twice_nobody_guesses_which_is_meant(
    http: httpx.AsyncClient,
) -> None:
    for query, said in (("dry_run=true&dry_run=false", "dry_run"), ("a&b=1&%61=1", "a")):
        for method in ("GET", "HEAD", "POST"):
            answer = await http.request(method, f"{PLACE}?{query}", json={"text": "x"})
            assert answer.status_code == 422
        assert answer.json()["errors"] == [{"parameter": said, "detail": "it is sent once"}]
    assert await count(http) == 0


async def test_of_a_header_that_stands_twice_nobody_guesses_which_is_meant(
    http: httpx.AsyncClient,
) -> None:
    for name, values in {KEY: ("a", "b"), "Content-Type": ("application/json", "text/csv")}.items():
        answer = await twice(http, *((name, value) for value in values))
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"parameter": name, "detail": "it is sent once"}]
    other = bearer("membership", "coordinator", actor="another")["Authorization"]
    for second in (ME["Authorization"], other, "Basic eDp5", "x"):
        for tokens in ((ME["Authorization"], second), (second, ME["Authorization"])):
            answer = await twice(http, *(("Authorization", one) for one in tokens))
            assert answer.status_code == 401, tokens
    assert await count(http) == 0
    sent = {"Content-Type": "application/json"}
    ids = [(ID, "first"), (ID, "second")]
    request = http.build_request("POST", PLACE, json={"text": "x"}, headers=sent)
    request.headers = httpx.Headers([*request.headers.multi_items(), *ids])
    assert (await http.send(request)).status_code == 201
    assert seen[-1] not in {"first", "second", "first, second"}
