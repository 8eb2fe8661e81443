"""Every field of every body says whether an identity number may stand there; by default not."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from tests.shared.support.numbers import TODAY

from followup.api import router as followup
from matching.api import router as matching
from matching.api.candidate import NewCandidate
from membership.api import router as membership
from notifications.api import router as notifications
from shared.http.problems import fault
from shared.http.requests import Body
from shared.people.identity_numbers import holds_identity_number, read

MAY_HOLD_ONE = {
    ("NewCandidate", "identity_number"),
    ("NewApplication", "number"),  # a sole trader's
    ("NewRun", "seed"),  # drawn by chance
}
NUMBERS = ["198901023286", "890102-3286", "20000067-2386", "19900060-2392", "000101-T220"]
WRITTEN = [
    *NUMBERS,
    "8901023286",
    "890102+3286",
    "1989-01-02-3286",
    "1989 01 02 3286",
    "19890102 - 3286",
    "８９０１０２-3286",
    "890102\u20133286",
    "89\u200b0102\u00a03286",
    "198901023286.0",
    "SE890102328601",
    "+198901023286",
    "(890102) 3286",
    "0 890102-3286",
    "a_890102_3286",
    "a000101t220",
    "Åsa 890102-3286",
    "198901023286@exempel.se",
    "asa.890102-3286@exempel.se",
    "asa@8901023286.exempel.se",
]
# No numbers as anybody reads them: `tests/shared/people/test_where_none_belongs.py` has more.
NEARLY = ["890102, sista fyra 3286", "2 januari 1989-3286", "1989O1O23286", "19890102-3287"]
DRESSED = "00000000-0000-4000-8000-198901023286"  # where an id belongs it is one that nobody has


def routes(router: Any) -> Iterator[APIRoute]:
    """Give all routes of a router, also of those that it includes."""
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        else:
            yield from routes(route.original_router)


def bodies() -> dict[str, type[BaseModel]]:
    """Give all models that a call's body is read by, also those in them."""
    found: dict[str, type[BaseModel]] = {}
    kinds: list[Any] = [NewCandidate]  # an import's rows are read by it
    for router in (followup, matching, membership, notifications):
        for route in routes(router):
            kinds += [param.field_info.annotation for param in route.dependant.body_params]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found[f"{kind.__module__}.{kind.__name__}"] = kind
            kinds += [field.annotation for field in kind.model_fields.values()]
        else:
            kinds += get_args(kind)
    return found


BODIES = bodies()
FIELDS = [(kind, name) for kind in BODIES.values() for name in kind.model_fields]


def named(part: Any) -> str:
    return part if isinstance(part, str) else part.__name__


def test_all_bodies_are_found_and_judge_their_fields() -> None:
    assert len(BODIES) > 50
    assert all(issubclass(kind, Body) for kind in BODIES.values())
    assert all(map(holds_identity_number, WRITTEN))
    assert len({read(number, TODAY) for number in NUMBERS}) == 4


@pytest.mark.parametrize(("kind", "name"), FIELDS, ids=named)
def test_no_field_takes_a_number_but_those_in_the_table(kind: type[BaseModel], name: str) -> None:
    if (kind.__name__, name) in MAY_HOLD_ONE:
        return
    is_id = "UUID" in str(kind.model_fields[name].annotation)
    for written in WRITTEN + NEARLY + [DRESSED] * (not is_id):
        for value in (written, [written], {written: True}, {"x": written}, [{"x": written}]):
            errors = errors_of(kind, {name: value})
            assert any(error["pointer"].startswith(f"/{name}") for error in errors), value
            assert written[-4:] not in str(errors)
    assert errors_of(kind, {name: 198901023286, "x": 1})


def test_a_field_that_nobody_knows_is_named_without_its_digits() -> None:
    for written in (*WRITTEN, *NEARLY, "a19890102-3287"):
        errors = errors_of(NewCandidate, {written: 1})
        assert [error["pointer"] for error in errors] == ["/?"], written


def errors_of(kind: type[BaseModel], body: dict[str, Any]) -> list[dict[str, str]]:
    """Give what is said of a body, as a call is told it; what is missing isn't asked for here."""
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(body)
    errors = refused.value.errors()
    return [
        fault(error | {"loc": ("body", *error["loc"])})
        for error in errors
        if error["type"] != "missing"
    ]


def test_all_calls_that_look_somebody_up_are_known() -> None:
    """`test_refusals` of membership and matching try each; an import's rows are no body."""
    keys = {"number", "identity_number", "email"}
    found = set()
    for router in (followup, matching, membership, notifications):
        for route in routes(router):
            for param in route.dependant.body_params:
                fields = getattr(param.field_info.annotation, "model_fields", {})
                found |= {(*(route.methods or ()), route.path)} if keys & fields.keys() else set()
    assert found == {
        ("POST", "/members"),
        ("POST", "/members/{membership_id}/contacts"),
        ("PUT", "/members/{membership_id}/contacts/{contact_id}"),
        ("POST", "/staff"),
        ("PUT", "/staff/{staff_id}"),
        ("POST", "/candidates"),
        ("PUT", "/candidates/{ref}/contact"),  # hers; nobody else is looked up by it
    }


def test_those_in_the_table_exist() -> None:
    assert {(kind.__name__, name) for kind, name in FIELDS} >= MAY_HOLD_ONE
