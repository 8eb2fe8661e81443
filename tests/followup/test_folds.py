"""What holds for any facts, possible or not: equations, orders, days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.followup.test_rules import END, START

from followup.rules.facts import Act, Facts, Promise, Term
from followup.rules.ledger import Figures, course, figures

days = st.dates(START - timedelta(days=20), END + timedelta(days=20))


@st.composite
def facts(draw: Any) -> Facts:
    """Any facts that could be heard, possible or not, each stream in its numbers."""
    offer = draw(st.sampled_from(["study_visit", "lecture"]))
    kept_by = draw(st.sampled_from(["activity", "activity", "placement"]))
    first = Term(1, draw(days), "made", draw(st.integers(0, 6)))
    acts_of_terms = st.sampled_from(["renegotiated", "renegotiated", "released"])
    later = draw(st.lists(st.tuples(days, acts_of_terms, st.integers(0, 8)), max_size=5))
    terms = [first, *(Term(n, on, act, to) for n, (on, act, to) in enumerate(later, 2))]
    held = draw(st.lists(st.tuples(days, st.sampled_from(["study_visit", "lecture"])), max_size=8))
    acts = [Act(UUID(int=n), on, offer) for n, (on, offer) in enumerate(held)]
    return Facts(Promise(offer, kept_by, START, END), terms, acts, draw(st.none() | st.just(END)))


def adds_up(found: Figures) -> bool:
    parts = found.remaining + found.open + found.kept + found.lapsed + found.released
    return found.promised == parts and min(found.promised, parts, found.extra) >= 0


@given(facts(), days)
def test_the_units_always_add_up(facts: Facts, day: date) -> None:
    for found in (figures(facts), figures(facts, day)):
        assert adds_up(found)
        assert min(found.remaining, found.kept, found.lapsed, found.released) >= 0


@given(facts(), st.randoms(), st.none() | days)
def test_the_order_in_which_facts_were_heard_changes_nothing(
    facts: Facts, dice: Any, day: date | None
) -> None:
    terms, acts = list(facts.terms), list(facts.acts)
    dice.shuffle(terms)
    dice.shuffle(acts)

    assert figures(replace(facts, terms=terms, acts=acts), day) == figures(facts, day)


@given(facts(), days, days)
def test_as_days_go_by_only_what_remains_can_shrink(facts: Facts, one: date, other: date) -> None:
    before, after = figures(facts, min(one, other)), figures(facts, max(one, other))

    for unit in ("promised", "kept", "lapsed", "released", "extra"):
        assert getattr(before, unit) <= getattr(after, unit)


@given(facts(), days)
def test_a_release_lets_go_of_nothing_that_was_kept_by_the_end_of_its_day(
    facts: Facts, day: date
) -> None:
    day = max([day, *(term.on for term in facts.terms)])
    last = Term(len(facts.terms) + 1, day, "released")
    then = replace(facts, terms=[*facts.terms, last])

    assert figures(then, day).kept == figures(facts, day).kept
    assert figures(then, day).remaining == 0


@given(facts(), st.integers(0, 8))
def test_a_new_target_holds_what_was_kept(facts: Facts, target: int) -> None:
    day = END - timedelta(days=1)
    terms = [replace_day(term, day) for term in facts.terms]
    acts = [act for act in facts.acts if act.on < day]
    last = Term(len(terms) + 1, day, "renegotiated", target)
    found = figures(replace(facts, terms=[*terms, last], acts=acts), day)

    assert found.kept + found.remaining == max(found.kept, target)


def replace_day(term: Term, before: date) -> Term:
    return term._replace(on=min(term.on, before - timedelta(days=1)))


@given(facts(), st.lists(days, max_size=4).map(sorted))
def test_several_days_are_folded_as_each_alone(facts: Facts, days: list[date]) -> None:
    assert course(facts, days) == [figures(facts, day) for day in days]


@given(facts())
def test_every_act_is_kept_or_extra(facts: Facts) -> None:
    found = figures(facts)

    assert found.kept + found.extra == len(facts.acts)


@given(facts())
def test_now_and_the_last_day_agree_when_the_clock_has_looked(facts: Facts) -> None:
    assert figures(replace(facts, lapse_found_on=END)) == figures(facts, date.max)


@given(facts(), days)
def test_the_lapse_is_only_a_name_for_what_is_left(facts: Facts, day: date) -> None:
    waiting = figures(replace(facts, lapse_found_on=None))
    found = figures(replace(facts, lapse_found_on=day))

    assert found == replace(waiting, remaining=0, lapsed=waiting.remaining)
