"""What is known decides: every value, every form of protection, every state, every order."""

from datetime import date, timedelta
from itertools import permutations, product
from typing import get_args

from hypothesis import given
from hypothesis import strategies as some

from matching.rules.candidate import CANDIDATE
from matching.rules.fact import (
    OF_PROTECTION,
    SEEN_IN,
    Finding,
    Form,
    Known,
    Protection,
    Value,
    hidden_for,
    may_be_written_to,
    next_look,
    protection_after,
    replaces,
)

TODAY = date(2026, 3, 2)
VALUES: tuple[Value, ...] = get_args(Value)
FORMS: tuple[Form | None, ...] = (None, *get_args(Form))
CODES = ("may_work", *sorted(OF_PROTECTION))
days = some.dates(date(2026, 1, 1), date(2026, 6, 1))
# Written a second time, by hand.
UNPROTECTED: tuple[Form | None, ...] = (None, "none")
SHOWN = {"investigating", "visible", "hidden", "in_match", "placed"}


def test_she_is_visible_where_all_is_true_and_no_form_of_protection_known_and_nowhere_else() -> (
    None
):
    for values in product(VALUES, repeat=len(CODES)):
        for form, state in product(FORMS, CANDIDATE.states):
            facts = dict(zip(CODES, values, strict=True))
            reasons = hidden_for(facts, form, state)
            may = set(values) == {"true"} and form in UNPROTECTED and state in SHOWN
            assert (not reasons) == may, (facts, form, state)
            expected = {code for code, value in facts.items() if value != "true"}
            expected |= {"protected"} if form not in UNPROTECTED else set()
            assert set(reasons) == expected | ({state} - SHOWN)


def test_she_is_written_to_where_both_facts_and_no_form_say_that_she_isnt_protected() -> None:
    for mark, asked, form in product(VALUES, VALUES, FORMS):
        facts: dict[str, Value] = {"no_mark_in_register": mark, "asked_about_protection": asked}
        may = (mark, asked) == ("true", "true") and form in UNPROTECTED
        assert may_be_written_to(facts, form) == may


def test_a_network_that_asks_nothing_about_protection_shows_nobody() -> None:
    assert hidden_for({}, None, "visible") == sorted(OF_PROTECTION)
    assert hidden_for({"may_work": "true"}, "none", "visible") == sorted(OF_PROTECTION)
    assert not may_be_written_to({}, "none")


def test_the_states_in_which_she_is_seen_are_states() -> None:
    assert set(SEEN_IN) == SHOWN <= set(CANDIDATE.states)


def test_a_finding_says_nothing_after_its_last_day() -> None:
    for value in VALUES:
        finding = Finding(value, "conversation", TODAY, "c", good_until=TODAY)
        assert finding.on(TODAY) == value
        assert finding.on(TODAY + timedelta(days=1)) == "unknown"
        assert Finding(value).on(date(2099, 12, 31)) == value


@given(some.lists(some.tuples(some.sampled_from(VALUES), some.none() | days)), days)
def test_nothing_true_today_is_unknown_before_she_is_looked_at_again(
    said: list[tuple[Value, date | None]], today: date
) -> None:
    facts = {f"fact_{n}": Finding(value, good_until=until) for n, (value, until) in enumerate(said)}
    known = Known(facts, Protection())
    again, day = next_look(known, today), today
    trues = {code for code, value in known.values(today).items() if value == "true"}
    for _ in range(200):
        day += timedelta(days=1)
        still = {code for code, value in known.values(day).items() if value == "true"}
        if again is None or day < again:
            assert still == trues
        elif day == again:
            assert still < trues


@given(days, some.none() | days)
def test_the_older_never_stands_in_place_of_the_newer(found: date, before: date | None) -> None:
    assert replaces(found, before) == (before is None or found >= before)


def test_in_whatever_order_they_are_recorded_the_newest_of_three_findings_holds() -> None:
    said = [(TODAY - timedelta(days=back), back) for back in range(3)]
    for order in permutations(said):
        day, holds = None, -1
        for found_on, back in order:
            if replaces(found_on, day):
                day, holds = found_on, back
        assert holds == 0


@given(some.lists(some.tuples(some.sampled_from(get_args(Form)), days), max_size=6))
def test_protection_ends_only_when_none_is_found_on_no_earlier_a_day(
    said: list[tuple[Form, date]],
) -> None:
    holds = Protection()
    for form, found_on in said:
        before, holds = holds, protection_after(holds, form, found_on)
        if form != "none":
            assert holds.form == form
        elif before.form not in UNPROTECTED:
            assert (holds.form == "none") == (found_on >= (before.found_on or found_on))
