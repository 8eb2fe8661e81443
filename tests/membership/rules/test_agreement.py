"""Terms that fit, a text that is the same or isn't, and edits that cross."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.membership.support.unfit import unfit

from membership.rules.agreement import (
    Period,
    Promise,
    Terms,
    check_may_hold,
    check_same_text,
    check_start,
    check_terms,
    check_version,
    fingerprint,
)
from shared.machines import NotAllowed, StaleEdit

DAY = timedelta(days=1)
TERM = Period(date(2026, 3, 2), date(2029, 3, 2))
LIMITS = {"internship": 4, "study_visit": 12}
PROMISE = Promise(uuid4(), "internship", 4, TERM)
TERMS = Terms(TERM, (PROMISE,), we_chose_how=False)


def amiss(terms: Terms) -> tuple[str, str]:
    return unfit(check_terms, terms, LIMITS, TERM)


def test_terms_within_the_limits_stand() -> None:
    check_terms(TERMS, LIMITS, TERM)


def test_no_commitments_stand_when_the_member_says_that_it_chose_so() -> None:
    nothing = Terms(TERM, (), we_chose_how=True)
    check_terms(nothing, LIMITS, TERM)
    assert amiss(replace(nothing, we_chose_how=False)) == ("/we_chose_how", "choice_not_recorded")


def test_an_offer_over_the_limit_or_not_made_to_this_size_is_refused_where_it_stands() -> None:
    over = replace(PROMISE, units=5)
    other = replace(PROMISE, offer="holiday_job")
    assert amiss(replace(TERMS, promises=(PROMISE, over))) == (
        "/commitments/1/units",
        "over_the_limit",
    )
    assert amiss(replace(TERMS, promises=(other,))) == ("/commitments/0/offer", "not_offered")


def test_the_limit_is_for_all_promises_of_an_offer_together() -> None:
    visits = replace(PROMISE, offer="study_visit", units=6)
    check_terms(replace(TERMS, promises=(visits, PROMISE, visits)), LIMITS, TERM)
    one_more = replace(visits, units=1)
    assert amiss(replace(TERMS, promises=(visits, PROMISE, visits, one_more))) == (
        "/commitments/3/units",
        "over_the_limit",
    )


def test_a_term_begins_within_a_year() -> None:
    check_start(date(2027, 3, 2), date(2026, 3, 2))
    late = date(2027, 3, 4)
    assert unfit(check_start, late, date(2026, 3, 2)) == ("/starts_on", "too_far_ahead")


def test_what_is_over_or_no_longer_offered_is_neither_shared_nor_signed() -> None:
    short = replace(PROMISE, period=Period(TERM.starts_on, TERM.starts_on + DAY))
    terms = replace(TERMS, promises=(PROMISE, short))
    check_may_hold(terms, LIMITS, TERM.starts_on)
    for amiss, offers, on in (
        (terms, LIMITS, TERM.starts_on + DAY),
        (TERMS, LIMITS, TERM.ends_before),
        (TERMS, {"study_visit"}, TERM.starts_on),
    ):
        with pytest.raises(NotAllowed) as refused:
            check_may_hold(amiss, offers, on)
        assert refused.value.code == ("term_over" if offers is LIMITS else "no_longer_offered")


@pytest.mark.parametrize(
    "period",
    [
        Period(TERM.starts_on - DAY, TERM.ends_before),
        Period(TERM.starts_on, TERM.ends_before + DAY),
        Period(TERM.starts_on, TERM.starts_on),
        Period(TERM.ends_before, TERM.starts_on),
    ],
)
def test_a_period_outside_the_term_or_without_a_day_is_refused(period: Period) -> None:
    strange = replace(PROMISE, period=period)
    assert amiss(replace(TERMS, promises=(strange,)))[1] == "outside_the_term"
    assert amiss(replace(TERMS, term=period))[1] == "term_amiss"


periods = some.builds(Period, some.dates(), some.dates())
promises = some.builds(
    Promise, some.uuids(), some.sampled_from([*LIMITS]), some.integers(1, 99), periods
)
terms = some.builds(Terms, periods, some.lists(promises, max_size=4).map(tuple), some.booleans())


@given(terms)
def test_terms_are_read_back_as_they_were_written(written: Terms) -> None:
    assert Terms.of(written.document()) == written


@given(terms, terms)
def test_the_same_terms_have_one_fingerprint_and_others_another(one: Terms, other: Terms) -> None:
    shuffled = dict(reversed(one.document().items()))
    assert fingerprint(shuffled) == fingerprint(one.document())
    same = fingerprint(one.document()) == fingerprint(other.document())
    assert same == (one == other)


def test_a_signature_is_on_the_text_that_was_shared() -> None:
    frozen = fingerprint(TERMS.document())
    check_same_text(frozen, frozen)
    for seen, shared in (("0" * 64, frozen), (frozen, None)):
        with pytest.raises(NotAllowed) as refused:
            check_same_text(seen, shared)
        assert refused.value.code == "another_text"


def test_an_edit_of_what_somebody_else_edited_is_stale() -> None:
    for read in (frozenset({"2"}), frozenset({"1", "2"}), None):
        check_version(read, 2)
    for read in (frozenset[str](), frozenset({"1"}), frozenset({"02"})):
        with pytest.raises(StaleEdit):
            check_version(read, 2)
