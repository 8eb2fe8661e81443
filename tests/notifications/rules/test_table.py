"""The table of rules, walked: what it names exists, and closes."""

from typing import get_args

import pytest

from jobbpakten_events import KINDS, Event
from notifications.rules.notice import NOTICE, OPEN
from notifications.rules.notices import CIRCLES, RULES, TEMPLATES, Rule, instead_of
from notifications.rules.subjects import ABOUT, TOLD_APART
from notifications.subscribers import hears

EVERY = list(RULES.values())
NAMES = {rule.on for rule in EVERY} | {
    name
    for rule in EVERY
    for name in rule.done_by | rule.void_by | rule.only_after | rule.never_after
}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_in_the_table_is_an_event_that_is_heard_and_told_apart_as_named(
    name: str,
) -> None:
    kind, _, says = name.partition("=")
    event = KINDS[kind]
    assert event in hears
    field = TOLD_APART.get(event)
    assert bool(says) == bool(field)
    assert not field or says in get_args(event.model_fields[field].annotation)


@pytest.mark.parametrize("event", ABOUT, ids=lambda event: event.kind)
def test_every_event_that_is_heard_has_the_field_that_it_is_known_by(event: type[Event]) -> None:
    _, field = ABOUT[event]
    assert field in event.model_fields
    assert TOLD_APART.get(event, field) in event.model_fields


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.name)
def test_every_rule_has_words_of_its_kind_a_role_and_if_a_task_an_end(rule: Rule) -> None:
    assert TEMPLATES[rule.template] == rule.kind
    assert rule.role in CIRCLES
    assert bool(rule.done_by) == (rule.kind == "task")
    assert rule.about_candidate or rule.role != "participant"
    kind, _, _ = rule.on.partition("=")
    assert not rule.says or KINDS[kind].model_fields[rule.says].annotation is bool


@pytest.mark.parametrize("role", sorted(CIRCLES))
def test_somebody_of_the_staff_is_asked_in_the_end(role: str) -> None:
    chain, unit = [role], "north"
    while following := instead_of(chain[-1], unit):
        chain.append(following)
    assert chain[-1] == "coordinator"
    assert len(chain) <= 3


def test_the_machine_ends_in_what_the_domain_names() -> None:
    assert set(NOTICE.states) - set(OPEN) == {"acted", "expired", "cancelled"}
    for state in NOTICE.states.values():
        assert state.terminal or (state.owner and state.next and state.within)
