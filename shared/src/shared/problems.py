"""Errors as problem+json (RFC 9457): what is the matter, and in which field."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.database import world_is_broken
from shared.logs import describe, mask
from shared.machines import NotAllowed, NotFound, Refused, StaleEdit, Unfit

LARGEST_BODY_BYTES = 1_048_576
STATUS: dict[type[Refused], int] = {NotAllowed: 409, NotFound: 404, StaleEdit: 412}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "A problem (RFC 9457): what is the matter, and in which field.",
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
}
# Ours, because Python's names for some of them change between versions.
CODES = {400: "bad_request", 401: "unauthorized", 404: "not_found", 413: "too_large"}

FIELD = re.compile(r"[A-Za-z0-9_:-]{1,40}")  # what a name of ours can look like

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


async def on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    code = CODES.get(error.status_code, f"http_{error.status_code}")
    return problem(error.status_code, code, mask(error.detail), **dict(error.headers or {}))


async def on_fields(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    return problem(422, "invalid", errors=[fault(e) for e in error.errors()])


def fault(error: Any) -> dict[str, str]:
    """Name the field by a JSON pointer, or the parameter; never show what stood in it."""
    place, *path = error["loc"] or ("body",)
    path = [part if FIELD.fullmatch(str(part)) else "?" for part in path]
    where = "/" + "/".join(map(str, path)) if place == "body" else f"{path[0] if path else place}"
    # pydantic: the text of a parse error shows a piece of the input after a comma.
    detail = error["msg"].split(", ")[0] if error["type"].endswith("_parsing") else error["msg"]
    # A field that nobody knows is named by the caller: its name is input too, see FIELD.
    return {"pointer" if place == "body" else "parameter": mask(where), "detail": mask(detail)}


async def on_anything(request: Request, error: Exception) -> Response:
    """Say 503 for an outage, 500 for a bug; the error's text stays inside."""
    broken = world_is_broken(error)
    say = log.warning if broken else log.error
    say("call_failed", error=describe(error), route=getattr(request.scope.get("route"), "path", ""))
    if broken:
        text = "The service can't reach its database right now. Nothing was stored; try again."
        return problem(503, "unavailable", text, **{"Retry-After": "5"})
    return problem(500, "internal", "That is our fault. Nothing was stored.")


class Guard:
    """The outermost layer: no body over the limit comes in, and no error gets out unsaid."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken, begun = 0, False

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BODY_BYTES:
                raise HTTPException(413, f"A body may have {LARGEST_BODY_BYTES} bytes.")
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, limited, noted)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await (await on_anything(Request(scope), error))(scope, receive, send)


def install(app: FastAPI) -> None:
    """Turn every error of this app into a problem."""
    app.add_exception_handler(Refused, on_refused)
    app.add_exception_handler(Unfit, on_unfit)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_fields)
    app.add_middleware(Guard)
