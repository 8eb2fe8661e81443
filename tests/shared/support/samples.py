"""Bodies of events as their contract says: any that is allowed, and every one that just isn't."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from hypothesis import strategies as st

import jobbpakten_events
from jobbpakten_events import FIRST_DAY, KINDS, LAST_DAY, Event

for _module in iter_modules(jobbpakten_events.__path__, "jobbpakten_events."):
    import_module(_module.name)

CONTRACTS: Mapping[type[Event], dict[str, Any]] = {
    kind: kind.model_json_schema()["properties"] for kind in KINDS.values()
}
NO_DAYS = ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "2026-02-30", "1756684800"]
NO_DAYS += ["2026-03-01T00:00:00", "2026-3-1", " 2026-03-01", "20260301", "", "२०२६-03-01"]
NO_NUMBERS = [-5, -1, 2**31, 2**40, 2**63, 2**70, True, False, "1", 1.0, 1.5, "", "many"]
NO_CODES = ["", "a", "A", "a b", "a\nb", "code\n", "a\0b", "å" * 5, "x" * 20_000]
NO_FLAGS = [0, 1, "true", "yes", ""]
NO_IDS = ["", "seventeen", 7, True]


def allowed(contract: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Give the values of a field."""
    found: st.SearchStrategy[Any]
    match contract:
        case {"anyOf": [one, _]}:
            found = st.none() | allowed(one)
        case {"enum": choices}:
            found = st.sampled_from(choices)
        case {"format": "date"}:
            found = st.dates(FIRST_DAY, LAST_DAY).map(date.isoformat)
        case {"format": "uuid"}:
            found = st.uuids().map(str)
        case {"type": "integer", "minimum": least}:
            most = contract.get("maximum", contract.get("exclusiveMaximum", 0) - 1)
            found = st.integers(least, most)
        case {"type": "boolean"}:
            found = st.booleans()
        case _:
            # A text without a form has no bounds either: that fails here.
            most = contract.get("maxLength", 200)
            texts = st.from_regex(contract["pattern"], fullmatch=True)
            found = texts.filter(lambda text: len(text) <= most)
    return found


def refused(contract: Mapping[str, Any]) -> list[Any]:
    """Give values that aren't a field's, near to its own and far from them."""
    match contract:
        case {"anyOf": [one, _]}:
            return refused(one)
        case {"enum": _}:
            near: list[Any] = ["", "nonsense", 1, True]
        case {"format": "date"}:
            near = [*NO_DAYS, 20454, 1756684800, True]
        case {"format": "uuid"}:
            near = [*NO_IDS]
        case {"type": "integer"}:
            near = [*NO_NUMBERS]
        case {"type": "boolean"}:
            near = [*NO_FLAGS]
        case _:
            form, most = re.compile(contract["pattern"]), contract.get("maxLength", 200)
            odd = [text for text in NO_CODES if not form.fullmatch(text) or len(text) > most]
            near = [*odd, 1, True]
    return [*near, None]


def bodies(kind: type[Event]) -> st.SearchStrategy[dict[str, Any]]:
    """Give bodies of a kind of event."""
    return st.fixed_dictionaries({name: allowed(of) for name, of in CONTRACTS[kind].items()})


def told(kind: type[Event]) -> st.SearchStrategy[Event]:
    return bodies(kind).map(lambda body: kind.model_validate_json(json.dumps(body)))


def odd_bodies(kind: type[Event], body: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give bodies with one field amiss, each with what is amiss."""
    for name, contract in CONTRACTS[kind].items():
        for value in refused(contract):
            if not (value is None and "anyOf" in contract) and name != kind.about:
                yield f"{name}={value!r}", {**body, name: value}
