"""Whatever a caller writes into a path, a query, a header or a body: never 500."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError
from tests.support.callers import bearer, client
from tests.support.services import MADE, app_of

from shared.http.requests import Body

DEEP = 5_000
ODD_PARTS = [
    *("%00", "a%00b", "%ED%A0%80", "%FF", "%C0%AF", "%2F", "%0d%0aX:1", "%"),
    *(
        "null",
        "-1",
        "1e999",
        "9" * 400,
        "jobbpakten%20",
        "%E2%80%AE",
        "0" * 32,
        "%F0%9F%98%80",
        "%zz",
    ),
]
ODD_WORDS = [
    *(
        "\x00",
        "a\x00b",
        "\x7f",
        "\x85",
        "\u202e",
        "\ufeff",
        "\ud800",
        "\ud800\udc00",
        "'",
        "\\",
        "x" * 5_000,
    ),
    *("", " ", "\r\n", "None", "NaN", "2026-02-30", "0000-00-00", "\U0001f600"),
]
ODD_VALUES: list[Any] = [
    *ODD_WORDS,
    *(
        None,
        True,
        -1,
        0,
        1.5,
        1e308,
        2**31,
        2**63,
        2**64,
        -(2**63),
        10**400,
        float("nan"),
        float("inf"),
    ),
    *([], {}, [[]], {"\x00": True}, {"": {}}, ["\x00"], [None], [{}], ["x"] * 2_000),
]
RAW = [
    *(b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}\x00", b"\x00"),
    *(b"[" * DEEP, b"[" * DEEP + b"]" * DEEP, b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    *(
        b'{"a": 1, "a": 2}',
        b'{"a": 1e999999}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\xed\xa0\x80"}',
    ),
    b'{"a": "\\ud800"}',
]
ODD_HEADERS = [
    b"\xff",
    b"\x80" * 50,
    b'"' * 50,
    b"x" * 300,
    b"a,b;q=9,*",
    b"sv-\xe5;q=x",
    b"\x00".hex().encode(),
]
HEADERS = ["Idempotency-Key", "If-Match", "Accept-Language", "X-Correlation-Id", "Content-Type"]

Headers = list[tuple[bytes, bytes]]


@pytest.fixture(params=MADE)
async def service(
    request: pytest.FixtureRequest, database: Callable[[str], str]
) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    name: str = request.param
    app = app_of(name, database(name))
    async with client(app) as http:
        today = {"today": "2026-03-02"}
        answer = await http.put("/clock", json=today, headers=bearer(name, "system"))
        assert answer.is_success
        yield name, http
    await app.state.database.engine.dispose()


def calls(service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in app_of(service).openapi()["paths"].items():
        for method, said in methods.items():
            yield method.upper(), path, said


def example(said: dict[str, Any]) -> tuple[bytes, bytes]:
    """Return the body of a call and its kind, as they are described."""
    for kind, content in said.get("requestBody", {}).get("content", {}).items():
        body = content["example"]
        return (body if isinstance(body, str) else json.dumps(body)).encode(), kind.encode()
    return b"", b"application/json"


def known(service: str, said: dict[str, Any]) -> Iterator[Headers]:
    """Give the headers of nobody, and of one who may."""
    yield []
    for role in said["x-roles"][:1]:
        claims = {"organisation": uuid4()} if role in {"signatory", "contact_person"} else {}
        unit = {"unit": "jobbcenter_city"} if role == "caseworker" else {}
        found = bearer(service, role.replace("any", "coordinator"), **claims, **unit)
        yield [(name.encode(), value.encode()) for name, value in found.items()]


def filled(path: str, odd: dict[str, str] | None = None) -> str:
    """Put something into each place of a path: what is odd, or what could be."""
    usual = {"network": "jobbpakten"} | (odd or {})
    for place in [one.split("}")[0] for one in path.split("{")[1:]]:
        path = path.replace("{" + place + "}", usual.get(place, str(uuid4())))
    return path


async def never_500(
    http: httpx.AsyncClient, method: str, url: str, headers: Headers, body: bytes = b""
) -> int:
    if not any(name == b"Content-Type" for name, _ in headers):
        headers = [*headers, (b"Content-Type", b"application/json")]
    answer = await http.request(method, url, headers=headers, content=body)
    assert answer.status_code != 500, (method, url, headers, body[:200])
    return answer.status_code


async def test_odd_paths_and_queries(service: tuple[str, httpx.AsyncClient]) -> None:
    name, http = service
    seen = Counter[int]()
    for method, path, said in calls(name):
        body, _ = example(said)
        for headers in known(name, said):
            for one in said.get("parameters", []):
                for odd in ODD_PARTS:
                    where = {one["name"]: odd} if one["in"] == "path" else {}
                    query = f"?{one['name']}={odd}" if one["in"] == "query" else ""
                    if where or query:
                        url = filled(path, where) + query
                        seen[await never_500(http, method, url, headers, body)] += 1
    assert set(seen) <= {200, 201, 204, 307, 400, 401, 404, 405, 409, 412, 422, 503}, seen
    assert seen[404]


async def test_odd_headers(service: tuple[str, httpx.AsyncClient]) -> None:
    name, http = service
    for method, path, said in calls(name):
        body, _ = example(said)
        for headers in known(name, said):
            for odd in ODD_HEADERS:
                more = [*headers, *((header.encode(), odd) for header in HEADERS)]
                for sent in (more, more[:-1]):  # the last one is the kind of the body
                    await never_500(http, method, filled(path), sent, body)


class Said(Body):
    """A body that takes any word."""

    word: str = ""
    words: list[str] | None = None
    known: dict[str, bool] | None = None


@pytest.mark.parametrize(
    "said", [{"word": "\x00"}, {"words": ["a\x00"]}, {"known": {"\x00": True}}]
)
def test_no_body_holds_what_no_database_keeps(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="no database keeps"):
        Said.model_validate(said)


async def test_odd_bodies(service: tuple[str, httpx.AsyncClient]) -> None:
    name, http = service
    for method, path, said in calls(name):
        body, kind = example(said)
        if not body:
            continue
        *_, headers = known(name, said)
        typed = [*headers, (b"Content-Type", kind)]
        for raw in RAW:
            await never_500(http, method, filled(path), typed, raw)
        if kind == b"application/json":
            for changed in variants(json.loads(body), said):
                await never_500(http, method, filled(path), typed, json.dumps(changed).encode())
        else:
            for word in ODD_WORDS:
                cell = body.replace(b"sv", word.encode("utf-8", "surrogatepass"))
                await never_500(http, method, filled(path), typed, cell)


def variants(body: dict[str, Any], _: dict[str, Any]) -> Iterator[Any]:
    """Give the body with each of its fields odd in each way, also inside of lists."""
    for field, value in body.items():
        for odd in ODD_VALUES:
            yield body | {field: odd}
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from (body | {field: [inner]} for inner in variants(value[0], {}))
    for odd in ("\x00", "\ud800", "x" * 100):
        yield body | {odd: 1}
