"""The description of every service's calls: complete, true, and shown without the internet."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from tests.house.test_bodies import BODIES
from tests.support.callers import client
from tests.support.services import MADE, app_of

CONNECTS = re.compile(r"""(?:src|href|url\(|fetch\(|import\()\s*=?\s*["']?(?:https?:)?//""")
ROLES = {"any", "system", "signatory", "contact_person", "coordinator", "vetting_officer"}
ROLES |= {"decider", "caseworker"}
ANONYMOUS = {"/t/{token}"}
ANONYMOUS |= {"/networks/{network}/report", "/networks/{network}/report.html"}


class Call(NamedTuple):
    """One call as it is described."""

    service: str
    method: str
    path: str
    said: dict[str, Any]


def calls() -> Iterator[Call]:
    for service in MADE:
        for path, methods in app_of(service).openapi()["paths"].items():
            yield from (Call(service, method, path, said) for method, said in methods.items())


CALLS = [*calls()]


def named(call: Call) -> str:
    return f"{call.service} {call.method} {call.path}"


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_a_call_says_who_may_what_comes_and_how_it_looks(call: Call) -> None:
    roles = call.said["x-roles"]

    assert bool(roles) == (call.path not in ANONYMOUS)
    assert set(roles) <= ROLES
    assert (", ".join(roles) or "Needs no token") in call.said["description"]
    assert {"503"} | ({"401", "404"} if roles else set()) <= call.said["responses"].keys()
    assert call.said["summary"]
    for content in call.said.get("requestBody", {}).get("content", {}).values():
        assert "example" in content
    if "requestBody" in call.said:
        assert {"422", "413", "400"} <= call.said["responses"].keys()


def test_every_example_fits_its_body() -> None:
    seen = 0
    for call in CALLS:
        content = call.said.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            name = content["schema"]["$ref"].rsplit("/", 1)[1]
            own = {one: kind for one, kind in BODIES.items() if one.startswith(f"{call.service}.")}
            ending = "." + name.replace("__", ".")
            [kind] = [kind for one, kind in own.items() if f".{one}".endswith(ending)]
            kind.model_validate(content["example"])
            seen += 1
    assert seen > 50


@pytest.mark.parametrize("service", MADE)
async def test_the_page_asks_nobody_else(service: str, database: Callable[[str], str]) -> None:
    app = app_of(service, database(service))
    async with client(app) as http:
        page = await http.get("/docs")
        linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        loaded = {name: await http.get(f"/{name}") for name in linked}
        missing = await http.get("/docs/redoc.standalone.js")
        described = await http.get("/openapi.json")
    await app.state.database.engine.dispose()

    assert page.status_code == described.status_code == 200
    assert "'unsafe-inline'" not in page.headers["content-security-policy"].split("style-src")[0]
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert len(linked) == 4
    for name, answer in loaded.items():
        assert (name, answer.status_code) == (name, 200)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "public" in answer.headers["cache-control"]
    for text in (page.text, loaded["docs/start.js"].text, loaded["docs/swagger-ui.css"].text):
        assert not CONNECTS.search(text)
    assert 'url: "openapi.json"' in loaded["docs/start.js"].text
    assert "SwaggerUIBundle" in loaded["docs/swagger-ui-bundle.js"].text
    assert missing.status_code == 404
    assert json.loads(described.text)["openapi"].startswith("3.1")
