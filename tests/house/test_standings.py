"""Nothing is said to stand somewhere without for whom it waits, what is next and by when."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.services import MADE, app_of

from shared.http.requests import Standing

# A report says what a member was on a day that is over: nothing waits there.
REPORTS = {"MemberReport", "MemberCount"}

Kinds = dict[str, dict[str, Any]]


def named_in(part: Any) -> Iterator[str]:
    """Give the names of the objects that a part of a description is made of."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        part = [*part.values()]
    for inner in part if isinstance(part, list) else ():
        yield from named_in(inner)


def answered(service: str) -> Kinds:
    """Give each object that an answer of a service holds, by its name."""
    said = app_of(service).openapi()
    kinds: Kinds = said["components"]["schemas"]
    calls = [call for calls in said["paths"].values() for call in calls.values()]
    waiting = {
        name
        for call in calls
        for code, answer in call["responses"].items()
        if code.startswith("2")
        for name in named_in(answer)
    }
    found: Kinds = {}
    while waiting:
        name = waiting.pop()
        found[name] = kinds[name]
        waiting |= {*named_in(kinds[name])} - found.keys()
    return found


@pytest.mark.parametrize("service", MADE)
def test_whatever_has_a_state_says_what_waits_and_for_whom(service: str) -> None:
    for name, kind in answered(service).items():
        fields = kind.get("properties", {}).keys() if name not in REPORTS else set()
        assert "state" not in fields or Standing.model_fields.keys() <= fields, name


def test_each_row_of_a_list_that_goes_on_stands_somewhere() -> None:
    """Only a run's ranks don't: they are a proposal, and wait for nobody."""
    rows = set()
    for service in MADE:
        found = answered(service)
        for kind in found.values():
            fields = kind.get("properties", {})
            if "next" in fields:
                listed = {*named_in(fields)}
                rows |= {one for one in listed if "owner" in found[one]["properties"]}
                assert listed - rows <= {"RankedView"}
    assert {"ListedView", "MatchView", "MemberView", "NoticeView", "PlaceView"} <= rows
    assert {"PlacementView", "PublicPlacement", "ShownView"} <= rows
