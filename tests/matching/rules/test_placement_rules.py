"""Placements: what one needs to begin, which days it may have, and when half of it is done."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple
from uuid import uuid4

import pytest

from matching.rules.consent import (
    HOW,
    check_by_staff,
    check_confirms,
    check_until,
    held_on,
    is_live,
)
from matching.rules.placement import (
    PARTIES,
    check_completed,
    check_last_day,
    check_period,
    check_ready,
    check_start,
    check_suspended,
    kept,
    missing,
)
from shared.machines import NotAllowed, Refused

DAY = date(2026, 3, 2)
NEXT, BEFORE = DAY + timedelta(days=1), DAY - timedelta(days=1)


@dataclass
class Prepared:
    signed: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PARTIES, str(DAY)))
    insured_on: date | None = DAY
    supervisor_named_on: date | None = DAY


@dataclass
class Heard:
    union_stated_on: date | None = DAY
    union_due_on: date | None = None


@dataclass
class Consent:
    given_on: date = DAY
    until: date = DAY
    withdrawn_on: date | None = None


def refusal(check: object, *given: object) -> str | None:
    try:
        check(*given)  # type: ignore[operator]
    except Refused as refused:
        return refused.code
    return None


def test_of_all_that_it_needs_each_is_named_that_is_missing() -> None:
    days = (None, DAY, NEXT)  # never, in time, only later
    for employer, participant, ours, insured, supervisor in product(days, repeat=5):
        said = zip(PARTIES, (employer, participant, ours), strict=True)
        signed = {party: str(day) for party, day in said if day}
        found = set(missing(Prepared(signed, insured, supervisor), Heard(), DAY))
        given = (employer, participant, ours, insured, supervisor)
        names = (*(f"signature_of_{party}" for party in PARTIES), "insurance", "supervisor")
        assert found == {n for n, day in zip(names, given, strict=True) if day != DAY}


@pytest.mark.parametrize(
    ("stated", "due", "heard"),
    [
        (None, None, False),
        (DAY, None, True),
        (NEXT, None, False),
        (None, BEFORE, True),
        (None, DAY, False),  # its last day isn't over
        (None, NEXT, False),
        (NEXT, BEFORE, True),
    ],
)
def test_the_union_is_heard_when_it_stated_or_its_time_has_passed(
    stated: date | None, due: date | None, *, heard: bool
) -> None:
    lacking = [*missing(Prepared(), Heard(stated, due), DAY)]
    assert lacking == ([] if heard else ["union_statement"])


def test_readiness_names_what_is_missing() -> None:
    check_ready(Prepared(), Heard(), DAY)
    with pytest.raises(NotAllowed, match="insurance, supervisor"):
        check_ready(Prepared(insured_on=None, supervisor_named_on=NEXT), Heard(), DAY)


class Plan(NamedTuple):
    starts_on: date
    ends_before: date
    started_on: date | None


def test_half_of_the_days_keep_a_promise_by_counting() -> None:
    for planned in range(1, 30):
        ends_before = DAY + timedelta(days=planned)
        for done in range(1, planned + 1):
            last_day = DAY + timedelta(days=done - 1)
            plan = Plan(DAY, ends_before, None)
            assert kept(plan, last_day) is (done >= planned / 2), (planned, done)


def test_who_began_late_has_done_no_more_days_than_she_was_there() -> None:
    plan = Plan(DAY, DAY + timedelta(days=10), DAY + timedelta(days=4))
    assert not kept(plan, DAY + timedelta(days=7))
    assert kept(plan, DAY + timedelta(days=8))


def test_the_days_lie_within_the_place_and_the_offer() -> None:
    place, latest = (DAY, DAY + timedelta(days=10)), DAY + timedelta(days=5)
    assert refusal(check_period, DAY, latest, place, latest) is None
    assert refusal(check_period, DAY, DAY, place, latest) == "no_days"
    assert refusal(check_period, BEFORE, latest, place, latest) == "outside_the_place"
    late = DAY + timedelta(days=11)
    assert refusal(check_period, DAY, late, place, late) == "outside_the_place"
    assert refusal(check_period, DAY, place[1], place, latest) == "too_long"


def test_it_begins_and_ends_within_its_days() -> None:
    end = DAY + timedelta(days=5)
    last = end - timedelta(days=1)
    started = {on: refusal(check_start, on, DAY, end) for on in (BEFORE, DAY, last, end)}
    amiss = "outside_the_plan"
    assert started == {BEFORE: amiss, DAY: None, last: None, end: amiss}
    assert refusal(check_completed, last, end) is None
    assert refusal(check_completed, last - timedelta(days=1), end) == "before_the_end"
    assert refusal(check_last_day, last, DAY, end) is None
    assert refusal(check_last_day, end, DAY, end) == "after_the_end"
    assert refusal(check_last_day, BEFORE, DAY, end) == "before_last_act"


def test_nobody_begins_at_a_member_that_is_suspended_on_that_day() -> None:
    refused = "member_suspended"
    found = {day: refusal(check_suspended, day, None, DAY) for day in (None, BEFORE, DAY, NEXT)}
    assert found == {None: None, BEFORE: refused, DAY: refused, NEXT: None}
    over = {day: refusal(check_suspended, BEFORE, day, DAY) for day in (BEFORE, DAY, NEXT)}
    assert over == {BEFORE: None, DAY: None, NEXT: refused}


def test_a_consent_holds_on_its_last_day_and_not_when_taken_back_or_missing() -> None:
    assert is_live(Consent(), DAY)
    assert not is_live(Consent(), NEXT)
    assert not is_live(replace(Consent(until=NEXT), withdrawn_on=DAY), DAY)
    assert not is_live(None, DAY)


def test_a_consent_is_for_the_place_and_not_for_ever() -> None:
    end = DAY + timedelta(days=10)
    longest = end + timedelta(weeks=12)
    days = {day: refusal(check_until, day, DAY, end) for day in (BEFORE, DAY, NEXT, longest)}
    assert days == {BEFORE: "until_amiss", DAY: None, NEXT: None, longest: "until_amiss"}


def test_a_consent_held_from_its_day_to_its_last_or_to_the_day_before_it_was_taken_back() -> None:
    days = [BEFORE, DAY, NEXT, NEXT + timedelta(days=1)]
    for given_on, until, taken, day in product(days, days, [None, *days], days):
        held = given_on <= day <= until and (taken is None or day < taken)
        assert held_on(Consent(given_on, until, taken), day) == held


def test_nobody_clicks_for_her() -> None:
    refused = {how: refusal(check_by_staff, how) for how in HOW}
    assert refused == {how: "not_by_herself" if how == "click" else None for how in HOW}


def test_a_witness_confirms_what_she_read_and_nothing_that_is_over() -> None:
    one, other = uuid4(), uuid4()
    found = {day: refusal(check_confirms, one, one, day, DAY) for day in (BEFORE, DAY, NEXT)}
    assert found == {BEFORE: "consent_over", DAY: None, NEXT: None}
    assert refusal(check_confirms, one, other, NEXT, DAY) == "recorded_anew"
