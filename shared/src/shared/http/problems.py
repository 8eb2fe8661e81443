"""Errors as problem+json (RFC 9457): what is the matter, and in which field."""

import re
from collections.abc import Sequence
from http import HTTPMethod, HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import world_is_broken
from shared.http.access import admitted
from shared.http.exchanges import Exchange
from shared.logs import describe
from shared.machines import NotAllowed, NotFound, Refused, StaleEdit, Unfit
from shared.people.identity_numbers import mask
from shared.people.vaults import Unreadable

LARGEST_BODY_BYTES = 1_048_576
LARGEST_BODY_OF_A_STRANGER_BYTES = 16_384  # FastAPI reads a body before it asks who calls
STATUS: dict[type[Refused], int] = {NotAllowed: 409, NotFound: 404, StaleEdit: 412}
# Ours, because Python's names for some of them change between versions.
CODES = {400: "bad_request", 401: "unauthorized", 404: "not_found", 413: "too_large"}
CODES |= {503: "unavailable"}

FIELD = re.compile(r"[A-Za-z_:-]{1,40}|[0-9]{1,4}")  # what a name of ours, or a place in a list, is

log = structlog.get_logger()


def problem(
    status: int, code: str, detail: str = "", errors: Sequence[Any] = (), **headers: str
) -> Response:
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": f"urn:jobbpakten:problem:{code}", "title": title}
    body |= {"status": status, "code": code, "detail": detail or title}
    body |= {"errors": list(errors)} if errors else {}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def on_refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101 - registered for it
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return problem(status, error.code, str(error))


async def on_unfit(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unfit)  # noqa: S101 - registered for it
    return problem(422, error.code, errors=[{"pointer": error.pointer, "detail": str(error)}])


async def on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    code = CODES.get(error.status_code, f"http_{error.status_code}")
    headers = allowed(request) if "Allow" in (error.headers or {}) else error.headers or {}
    return problem(error.status_code, code, mask(error.detail), **headers)


def allowed(request: Request) -> dict[str, str]:
    """Name all methods of a path: the router names those of one of its routes."""
    asked = {one: {**request.scope, "method": one.replace("HEAD", "GET")} for one in HTTPMethod}
    tried = {one: [r.matches(asked[one])[0] for r in request.app.routes] for one in asked}
    return {"Allow": ", ".join(one for one in tried if Match.FULL in tried[one])}


async def on_fields(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    # A stranger's 30 kB can be amiss in thousands of places: the first hundred say enough.
    return problem(422, "invalid", errors=[fault(e) for e in error.errors()[:100]])


def fault(error: Any) -> dict[str, str]:
    """Name the field by a JSON pointer, or the parameter; never show what stood in it."""
    place, *path = error["loc"] or ("body",)
    path = [part if FIELD.fullmatch(str(part)) else "?" for part in path]
    where = "/" + "/".join(map(str, path)) if place == "body" else f"{path[0] if path else place}"
    # pydantic: the text of a parse error shows a piece of the input after a comma.
    detail = error["msg"].split(", ")[0] if error["type"].endswith("_parsing") else error["msg"]
    # A field that nobody knows is named by the caller: its name is input too, see FIELD.
    return {"pointer" if place == "body" else "parameter": where, "detail": mask(detail)}


async def on_anything(request: Request, error: Exception) -> Response:
    """Say 503 for an outage, 409 for a person whom no key opens, 500 for a bug; never its text."""
    broken = world_is_broken(error)
    say = log.warning if broken else log.error
    at = {"at": request.app.state.database.at} if broken else {}
    say("call_failed", error=describe(error), route=route_of(request.scope), **at)
    if broken:
        return unavailable("The database can't be reached. Nothing was stored; try again.")
    if isinstance(error, Unreadable):
        return problem(409, "unreadable", "It can't be opened. Nothing was stored; tell operators.")
    return problem(500, "internal", "That is our fault. Nothing was stored.")


def unavailable(text: str) -> Response:
    return problem(503, "unavailable", text, **{"Retry-After": "5"})


class Guard:
    """The last layer around a call: no body over a limit comes in, no error gets out unsaid."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken, begun, is_known = 0, False, False
        announced = Request(scope).headers.get("content-length", "")

        async def judge(size: int) -> None:
            nonlocal is_known
            if size > LARGEST_BODY_BYTES:
                raise HTTPException(413, f"A body may have {LARGEST_BODY_BYTES} bytes.")
            if size > LARGEST_BODY_OF_A_STRANGER_BYTES and not is_known:
                is_known = bool(await admitted(Request(scope)))

        async def limited() -> Message:
            nonlocal taken
            await judge(int(announced) if announced.isdecimal() else 0)  # before it comes
            message = await receive()
            taken += len(message.get("body", b""))
            await judge(taken)
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, noted)
        except ClientDisconnect:
            log.debug("caller_hung_up", route=route_of(scope))  # what was begun is rolled back
        except Exception as error:
            if begun:
                raise
            await (await on_anything(Request(scope), error))(scope, receive, send)


def route_of(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "")


def install(app: FastAPI) -> None:
    """Turn every error of this app into a problem."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(Unfit, on_unfit)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_fields)
    app.add_middleware(Guard)
    app.add_middleware(Exchange)
