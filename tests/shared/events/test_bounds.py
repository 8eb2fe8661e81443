"""Bounds of what events say: the same for all, wide enough for whatever a call may bring."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import text
from tests.shared.support.outbox_harness import Teller
from tests.shared.support.records import record, with_body
from tests.shared.support.samples import CONTRACTS, bodies, odd_bodies, told

from jobbpakten_events import LAST_DAY, Event
from shared.http.requests import Body
from shared.messaging import outbox
from shared.messaging.causation import Cause, because
from shared.messaging.inbox.records import Heard, Record, read
from shared.messaging.kafka import TOPICS
from shared.messaging.relay import wire
from shared.networks.profiles import Limit

SERVICES = ("membership", "matching", "notifications", "followup")
# Numbers that calls bring and no event says.
UNTOLD = {"employees", "seed"}


@pytest.mark.parametrize("kind", CONTRACTS, ids=lambda kind: str(kind.kind))
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_body_beyond_its_bounds_is_malformed_and_one_within_is_heard(
    kind: type[Event], data: st.DataObject
) -> None:
    body = data.draw(bodies(kind))
    event = kind.model_validate_json(json.dumps(body))
    good = record(event, 1)
    heard = read(good, "0380")
    assert isinstance(heard, Heard)
    assert (heard.reason, heard.event) == ("", event)
    for what, odd in odd_bodies(kind, body):
        judged = read(with_body(good, json.dumps(odd).encode()), "0380")
        assert judged.reason == "malformed", what


WORDS = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
CAUSES = st.builds(
    Cause,
    correlation_id=WORDS,
    causation_id=st.just("") | st.uuids().map(str),
    actor_id=st.from_regex(r"[\x21-\x7e]{1,200}", fullmatch=True),
    actor_role=st.sampled_from(["system", "coordinator", "participant"]),
    network=st.just("") | st.from_regex(r"[a-z][a-z0-9-]{1,39}", fullmatch=True),
    occurred_on=st.none() | st.dates(date(2000, 1, 1), LAST_DAY),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_is_told_is_read_as_it_was_told(teller: Teller, data: st.DataObject) -> None:
    """Whoever tells is judged as whoever hears: through the real outbox, as the relay sends it."""
    kind = data.draw(st.sampled_from([one for one in CONTRACTS if "membership" in tellers(one)]))
    event, cause = data.draw(told(kind)), data.draw(CAUSES)
    try:
        with because(cause):
            async with teller.database.transaction() as tx:
                await outbox.tell(tx, event)
    except outbox.Untellable as why:
        assert "identity number" in str(why)  # noqa: PT017 - an id may look like one
        return
    sent = (await sent_by(teller))[-1]
    judged = read(sent, "0380")

    assert isinstance(judged, Heard), judged
    assert (judged.reason, judged.event) == ("", event)
    about = judged.envelope
    assert (about.network, about.actorid) == (cause.network, cause.actor_id)
    assert about.occurredat == (cause.occurred_on or about.occurredat)


def tellers(kind: type[Event]) -> frozenset[str]:
    return TOPICS[kind.topic].told_by


async def sent_by(teller: Teller) -> list[Record]:
    """Give what lies in the outbox as the relay would send it."""
    rows = text(
        "SELECT topic, key, version, headers::text AS headers, payload FROM outbox "
        "ORDER BY position"
    )
    async with teller.database.transaction() as tx:
        found = (await (await tx.connection()).execute(rows)).mappings().all()
    return [
        Record(row["topic"], 0, 0, row["key"].encode(), tuple(wire(row)), row["payload"])
        for row in found
    ]


def bodies_of_calls() -> Iterator[tuple[str, FieldInfo]]:
    """Give every field of every body that a call may bring."""
    for service in SERVICES:
        api = import_module(f"{service}.api")
        for module in walk_packages(getattr(api, "__path__", []), f"{service}.api."):
            import_module(module.name)
    for body in below(Body):
        for name, field in body.model_fields.items():
            yield f"{body.__module__}.{body.__name__}.{name}", field


def below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def takes(field: FieldInfo, value: object) -> bool:
    try:
        TypeAdapter(field.rebuild_annotation()).validate_json(json.dumps(value))
    except ValidationError:
        return False
    return True


def test_no_call_brings_a_day_or_a_number_that_no_event_could_say() -> None:
    fields = dict(bodies_of_calls())
    assert len(fields) > 60
    days = [name for name, field in fields.items() if takes(field, "2026-03-02")]
    texts = ("sv", "018-727 00 00")
    days = [name for name in days if not any(takes(fields[name], one) for one in texts)]
    numbers = [name for name, field in fields.items() if takes(field, 1)]
    numbers = [name for name in numbers if name.rpartition(".")[2] not in UNTOLD]
    assert len(days) > 30
    assert len(numbers) > 3

    odd: list[tuple[str, Any]] = [
        (name, day) for name in days for day in ("1999-12-31", "2100-01-01", "1756684800")
    ]
    odd += [(name, n) for name in numbers for n in (-1, 1_000_001, True, 1.0)]
    beyond = [(name, value) for name, value in odd if takes(fields[name], value)]
    assert beyond == []


@pytest.mark.parametrize(
    "limit", [Limit(days=2), Limit(working_days=2), Limit(weeks=10_000), Limit(years=100)], ids=str
)
def test_no_deadline_lies_beyond_the_last_day_that_can_be_told(limit: Limit) -> None:
    assert limit.after(LAST_DAY - timedelta(days=1)) == LAST_DAY
