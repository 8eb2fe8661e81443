"""The contracts: names, classes, and a recorded snapshot that only additions may change."""

import json
import os
import pkgutil
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import jobbpakten_events
from jobbpakten_events import KINDS, DataClass, Event
from shared.messaging.kafka import TOPICS

SNAPSHOT = Path(__file__).parents[1] / "events.json"
BANNED = {"updated", "changed", "processed", "handled", "modified"}
MODULES = [
    import_module(one.name)
    for one in pkgutil.iter_modules(jobbpakten_events.__path__, "jobbpakten_events.")
]  # every topic's, whichever tests run
WORDS = {"jobbpakten_events.roles"}  # no events lie here
IDENTIFYING = re.compile(r"name|mail|phone|address|personal|number|text$|comment")


def contract(kind: type[Event]) -> dict[str, Any]:
    """Give what readers rely on: topic, key, fields with their types and classes."""
    schema = kind.model_json_schema()
    return {
        "topic": kind.topic,
        "about": kind.about,
        "required": sorted(schema["required"]),
        "fields": schema["properties"],
    }


def additions_only(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Name what was taken away or changed; new optional fields are no fault."""
    fields, required = now["fields"], (set(before["required"]), set(now["required"]))
    faults = [name for name in ("topic", "about") if before[name] != now[name]]
    faults += [f"{name} differs" for name, f in before["fields"].items() if fields.get(name) != f]
    return faults + [f"{name} is required or not" for name in required[0] ^ required[1]]


def test_no_event_loses_or_changes_what_readers_rely_on() -> None:
    now = {name: contract(kind) for name, kind in sorted(KINDS.items())}
    if os.environ.get("RECORD"):
        SNAPSHOT.write_text(json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    before = json.loads(SNAPSHOT.read_text())
    faults = {name: additions_only(before[name], now[name]) for name in before if name in now}

    assert {name: fault for name, fault in faults.items() if fault} == {}
    assert set(before) == set(now), "RECORD=1 writes new events down; old ones stay for ever"


def test_the_gate_sees_a_field_that_goes_comes_or_turns() -> None:
    before = {"topic": "t", "about": "a", "required": ["a"], "fields": {"a": {"type": "string"}}}
    assert additions_only(before, before | {"fields": {}})
    assert additions_only(before, before | {"required": ["a", "b"]})
    assert additions_only(before, before | {"fields": {"a": {"type": "integer"}}})
    assert not additions_only(before, before | {"fields": {**before["fields"], "b": {}}})  # type: ignore[dict-item]


@pytest.mark.parametrize("name", KINDS)
def test_kind_and_class_agree_and_say_what_happened(name: str) -> None:
    kind = KINDS[name]
    *words, version = re.split(r"[._]", name)
    assert "".join(word.capitalize() for word in words) == kind.__name__
    assert version == "v1"
    assert words[-1] not in BANNED
    assert (kind.__doc__ or "").endswith(".")


@pytest.mark.parametrize("name", KINDS)
def test_every_field_says_what_it_means_and_how_delicate_it_is(name: str) -> None:
    kind = KINDS[name]
    for field, about in kind.model_json_schema()["properties"].items():
        assert about["description"].endswith("."), field
        assert about["data_class"] in set(DataClass), field
        assert not IDENTIFYING.search(field), f"{field} sounds like a person's"
    assert kind.about in kind.model_fields


def test_each_module_speaks_of_one_declared_topic() -> None:
    for module in MODULES:
        told = {kind.topic for kind in KINDS.values() if kind.__module__ == module.__name__}
        assert told == ({module.TOPIC} if module.__name__ not in WORDS else set()) <= set(TOPICS)


def test_a_kind_is_told_by_one_class() -> None:
    with pytest.raises(TypeError, match="told twice"):
        type("Twin", (Event,), {}, topic="t", kind=next(iter(KINDS)), about="id")
