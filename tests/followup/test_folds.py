"""What holds for any facts, possible or not: equations, orders, days."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from tests.followup.support.facts import END, START

from followup.rules.facts import Activity, Facts, Outcome, Place, Placement, Promise, Revision
from followup.rules.ledger import Figures, course, figures, one_by_one

days = st.dates(START - timedelta(days=20), END + timedelta(days=20))


@st.composite
def facts(draw: Any) -> Facts:
    """Any facts that could be heard, possible or not, each stream in its numbers."""
    offer = draw(st.sampled_from(["study_visit", "lecture"]))
    kept_by = draw(st.sampled_from(["activity", "placement"]))
    first = Revision(1, draw(days), "made", draw(st.integers(0, 6)))
    acts_of_terms = st.sampled_from(["renegotiated", "renegotiated", "released"])
    later = draw(st.lists(st.tuples(days, acts_of_terms, st.integers(0, 8)), max_size=5))
    revisions = [first, *(Revision(n, on, act, to) for n, (on, act, to) in enumerate(later, 2))]
    held = draw(st.lists(st.tuples(days, st.sampled_from(["study_visit", "lecture"])), max_size=8))
    activities = [Activity(UUID(int=n), on, offer) for n, (on, offer) in enumerate(held)]
    promise = Promise(offer, kept_by, START, END)
    at = st.integers(1, 3).map(lambda n: UUID(int=n))
    offers = st.sampled_from([offer, offer, "internship"])
    rooms = st.builds(Place, at, offers, st.integers(0, 4), st.none() | days, st.none() | days)
    places = draw(st.lists(rooms, max_size=3, unique_by=lambda one: one.id))
    found = draw(st.lists(st.one_of(running(at, offers), ended(at, offers)), max_size=6))
    placements = [one._replace(id=UUID(int=n)) for n, one in enumerate(found)]
    return Facts(promise, revisions, activities, draw(st.none() | st.just(END)), places, placements)


def running(at: Any, offers: Any) -> Any:
    maybe, no = st.none() | days, st.none()
    return st.builds(Placement, at, at, offers, maybe, maybe, no, no, maybe, maybe, no)


def ended(at: Any, offers: Any) -> Any:
    outcomes = st.sampled_from(get_args(Outcome))
    maybe = st.none() | days
    return st.builds(Placement, at, at, offers, maybe, maybe, days, outcomes, maybe, maybe, maybe)


def adds_up(found: Figures) -> bool:
    parts = found.remaining + found.open + found.kept + found.lapsed + found.released
    return found.promised == parts and min(found.promised, parts, found.extra) >= 0


@given(facts(), days)
def test_the_units_always_add_up(facts: Facts, day: date) -> None:
    for found in (figures(facts), figures(facts, day)):
        assert adds_up(found)
        assert min(found.remaining, found.open, found.kept, found.lapsed, found.released) >= 0


@given(facts(), st.randoms(), st.none() | days)
def test_the_order_in_which_facts_were_heard_changes_nothing(
    facts: Facts, dice: Any, day: date | None
) -> None:
    parts: dict[str, Any] = {
        name: list(getattr(facts, name))
        for name in ("revisions", "activities", "places", "placements")
    }
    for several in parts.values():
        dice.shuffle(several)

    assert figures(replace(facts, **parts), day) == figures(facts, day)


@given(facts(), days, days)
def test_as_days_go_by_only_what_remains_or_is_open_can_shrink(
    facts: Facts, one: date, other: date
) -> None:
    before, after = figures(facts, min(one, other)), figures(facts, max(one, other))

    for unit in ("promised", "kept", "lapsed", "released", "extra"):
        assert getattr(before, unit) <= getattr(after, unit)


@given(facts(), days)
def test_a_release_lets_go_of_nothing_that_was_kept_by_the_end_of_its_day(
    facts: Facts, day: date
) -> None:
    day = max([day, *(term.on for term in facts.revisions)])
    last = Revision(len(facts.revisions) + 1, day, "released")
    then = replace(facts, revisions=[*facts.revisions, last])

    assert figures(then, day).kept == figures(facts, day).kept
    assert figures(then, day).open == figures(facts, day).open
    assert figures(then, day).remaining == 0


@given(facts(), st.integers(0, 8))
def test_a_new_target_holds_what_was_kept(facts: Facts, target: int) -> None:
    day = END - timedelta(days=1)
    revisions = [replace_day(term, day) for term in facts.revisions]
    activities = [act for act in facts.activities if act.on < day]
    then = replace(facts, revisions=revisions, activities=activities)
    last = Revision(len(revisions) + 1, day, "renegotiated", target)
    found = figures(replace(then, revisions=[*revisions, last]), day)

    open_before = figures(then, day - timedelta(days=1)).open
    assert found.kept + found.remaining + found.open >= target
    assert found.promised >= figures(then, day).promised
    if not open_before and not then.placements and not then.places:
        assert found.kept + found.remaining == max(found.kept, target)


def replace_day(term: Revision, before: date) -> Revision:
    return term._replace(on=min(term.on, before - timedelta(days=1)))


@given(facts(), st.lists(days, max_size=4).map(sorted))
def test_several_days_are_folded_as_each_alone(facts: Facts, days: list[date]) -> None:
    assert course(facts, days) == [figures(facts, day) for day in days]


@given(facts())
def test_everything_given_is_kept_or_extra(facts: Facts) -> None:
    found = figures(facts)
    given = [one for one in facts.placements if one.is_given]

    assert found.kept + found.extra == len(facts.activities) + len(given)


@given(facts(), days)
def test_no_more_is_open_than_places_and_placements_hold(facts: Facts, day: date) -> None:
    slots = sum(place.slots for place in facts.places)

    assert figures(facts, day).open <= slots + len(facts.placements)


@given(facts())
def test_the_last_of_what_is_told_one_by_one_is_what_the_facts_say(facts: Facts) -> None:
    *_, (last, _) = one_by_one(facts)

    assert last == figures(facts)


@given(facts())
def test_now_and_the_last_day_agree_when_the_clock_has_looked(facts: Facts) -> None:
    assert figures(replace(facts, lapse_found_on=END)) == figures(facts, date.max)


@given(facts(), days)
def test_the_lapse_is_only_a_name_for_what_is_left(facts: Facts, day: date) -> None:
    waiting = figures(replace(facts, lapse_found_on=None))
    found = figures(replace(facts, lapse_found_on=day))

    gone = waiting.remaining + waiting.open - found.open
    assert gone == found.lapsed + found.released - waiting.released
    assert (found.remaining, found.lapsed == 0 or found.released == waiting.released) == (0, True)
    assert (found.promised, found.kept, found.extra) == (
        waiting.promised,
        waiting.kept,
        waiting.extra,
    )
