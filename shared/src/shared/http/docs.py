"""What is said of a service's calls: an example, roles and answers for each; and the page for it.

The page's script and style come from a package beside us: nothing is fetched from elsewhere.
"""

from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Response
from fastapi.responses import FileResponse, HTMLResponse

ASSETS = {"swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"}
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="docs/favicon.png"><link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="calls"></div><script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script></body></html>"""
START = """SwaggerUIBundle({url: "openapi.json", dom_id: "#calls", validatorUrl: null})"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
KEPT = {"Cache-Control": "public, max-age=86400"}  # the same for everybody, and says nothing
ANSWERS = {
    "400": "The body can't be read.",
    "401": "The token is missing, over, or isn't for this service.",
    "404": "It isn't there, or it isn't for this caller: the two look alike.",
    "409": "The state, another's act or another call with the key forbids it, no key opens it, or "
    "it needs a person (`needs_a_person`).",
    "412": "Somebody was quicker: read again.",
    "413": "The body is too large.",
    "422": "A field or a parameter is amiss: `errors` says which.",
    "503": "The database is away, another call is in the way, or the keys of the token's issuer "
    "can't be fetched: again after `Retry-After`.",
}
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PLAIN = {
    "uuid": "0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f",
    "date": "2026-03-02",
    "boolean": True,
    "null": None,
    "number": 1.0,
    "object": {},
    "string": "text",
}


def may(*roles: Iterable[str]) -> dict[str, Any]:
    """Return what is said of a call's roles in its description; none: anybody, without a token."""
    return {"x-roles": sorted(set().union(*roles))}


def page(app: FastAPI) -> APIRouter:
    """Return the calls that show the description to a person."""
    router = APIRouter(include_in_schema=False)
    folder = Path(str(files("fastapi_offline"))) / "static"

    @router.get("/docs")
    async def show() -> Response:
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(PAGE.format(title=escape(app.title)), headers=headers)

    @router.get("/docs/start.js")
    async def start() -> Response:
        return Response(START, media_type="text/javascript", headers=KEPT)

    @router.get("/docs/{name}")
    async def asset(name: str) -> Response:
        if name not in ASSETS:
            raise HTTPException(404)
        return FileResponse(folder / name, headers=KEPT)

    return router


def described(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what describes the app's calls, once."""
    plain = app.openapi
    return cache(lambda: complete(plain()))


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the description with an example, roles and answers for each call."""
    kinds = schema.setdefault("components", {}).setdefault("schemas", {})
    kinds["Problem"] = {"type": "object", "description": "A problem (RFC 9457)."}
    for calls in schema["paths"].values():
        for call in calls.values():
            for content in call.get("requestBody", {}).get("content", {}).values():
                content.setdefault("example", example_of(content["schema"], kinds))
            roles = call.setdefault("x-roles", [])
            asked = f"Asks for a role: {', '.join(roles)}." if roles else "Needs no token."
            call["description"] = f"{call.get('description', '')}\n\n{asked}".strip()
            call["responses"] |= {code: problem(code) for code in codes_of(call)}
    return schema


def problem(code: str) -> dict[str, Any]:
    return {"description": ANSWERS[code], "content": PROBLEM}


def codes_of(call: dict[str, Any]) -> set[str]:
    """Return which problems a call can be answered with."""
    parameters = call.get("parameters", [])
    found = {"503"}
    found |= {"401", "404", "409"} if call["x-roles"] else set()
    found |= {"404"} if any(one["in"] == "path" for one in parameters) else set()
    found |= {"422"} if parameters or "requestBody" in call else set()
    found |= {"400", "413"} if "requestBody" in call else set()
    return found | ({"412"} if any(one["name"] == "If-Match" for one in parameters) else set())


def example_of(schema: dict[str, Any], kinds: dict[str, Any]) -> Any:
    """Return a value that fits: the first example there is, else the plainest of its kind."""
    found: Any
    match schema:
        case {"examples": [first, *_]} | {"const": first} | {"enum": [first, *_]}:
            found = first
        case {"$ref": name}:
            found = example_of(kinds[name.rsplit("/", 1)[1]], kinds)
        case {"anyOf": [first, *_]}:
            found = example_of(first, kinds)
        case {"properties": fields}:
            # What may be left out is left out, unless it says what it can look like.
            said = {one: field for one, field in fields.items() if "examples" in field}
            said |= {one: fields[one] for one in schema.get("required", ())}
            found = {one: example_of(field, kinds) for one, field in said.items()}
        case {"items": item}:
            found = [example_of(item, kinds)]
        case {"type": "integer"}:
            found = int(schema.get("minimum", 1))
        case _:
            found = PLAIN[schema.get("format", schema.get("type", ""))]
    return found
