"""What a place is offered and opened under, fault by fault."""

from dataclasses import replace
from datetime import date

import pytest
from tests.support.networks import as_known_to

from matching.profiles import Profile
from matching.rules.place import (
    Membership,
    Terms,
    Under,
    check_codes,
    check_days,
    check_member,
    check_offer,
    check_promise,
    check_union,
)
from shared.machines import NotAllowed, Unfit

PROFILE = as_known_to(Profile)
KNOWN = {
    "area": PROFILE.areas,
    "must": PROFILE.requirements,
    "want": PROFILE.requirements,
    "provides": PROFILE.adaptations,
}
UNDER = Under("internship", "placement", 4, date(2026, 1, 1), date(2027, 1, 1), released=False)
TERMS = Terms(
    "centrum",
    2,
    ["lang:sv_a2"],
    ["skill:kitchen"],
    ["quiet"],
    3,
    date(2026, 4, 1),
    date(2026, 7, 1),
)
LONGEST = date(2026, 10, 1)
OFFERED = date(2026, 3, 2)
MEMBER = Membership(date(2026, 1, 1), None, None)


def test_what_a_place_is_about_is_in_the_profile() -> None:
    check_codes(TERMS, KNOWN)
    check_offer(UNDER, PROFILE.offers)


@pytest.mark.parametrize(
    ("differs", "pointer", "code"),
    [
        ({"area": "mars"}, "/area", "unknown_code"),
        ({"must": ["skill:flying"]}, "/must", "unknown_code"),
        ({"want": ["lang:sv_a2", "skill:flying"]}, "/want", "unknown_code"),
        ({"provides": ["lang:sv_a2"]}, "/provides", "unknown_code"),
        ({"want": ["lang:sv_a2"]}, "/want", "said_twice"),
    ],
)
def test_a_code_that_the_profile_lacks_is_refused(
    differs: dict[str, object], pointer: str, code: str
) -> None:
    with pytest.raises(Unfit) as refused:
        check_codes(replace(TERMS, **differs), KNOWN)  # type: ignore[arg-type]
    assert (refused.value.pointer, refused.value.code) == (pointer, code)


@pytest.mark.parametrize("differs", [{"kept_by": "activity"}, {"offer": "study_visit"}])
def test_only_what_placements_keep_and_the_network_offers_has_places(
    differs: dict[str, str],
) -> None:
    with pytest.raises(Unfit) as refused:
        check_offer(replace(UNDER, **differs), PROFILE.offers)  # type: ignore[arg-type]
    assert refused.value.code == "not_for_places"


DAYS = """
    2026-01-01  2026-07-01  fits
    2025-12-31  2026-07-01  outside_the_promise
    2026-12-31  2027-02-01  too_long
    2026-09-30  2026-10-01  fits
    2026-09-30  2026-10-02  too_long
    2027-01-01  2027-02-01  outside_the_promise
    2026-04-01  2026-04-01  ends_too_soon
    2026-04-02  2026-04-01  ends_too_soon
    2026-02-01  2026-03-02  ends_too_soon
    2026-02-01  2026-03-03  fits"""


@pytest.mark.parametrize("line", [line for line in DAYS.split("\n") if line])
def test_a_place_begins_within_its_promise_and_lasts_no_longer_than_the_offer(line: str) -> None:
    starts_on, ends_before, expected = line.split()
    terms = replace(
        TERMS,
        starts_on=date.fromisoformat(starts_on),
        ends_before=date.fromisoformat(ends_before),
    )
    said = "fits"
    try:
        check_days(terms, UNDER, LONGEST, OFFERED)
    except Unfit as refused:
        said = refused.code
    assert said == expected


def test_all_places_together_take_no_more_than_was_promised() -> None:
    for slots in range(1, 6):
        for others in range(6):
            for released in (False, True):
                under = replace(UNDER, released=released)
                if slots + others <= 4 and not released:
                    check_promise(under, slots, others)
                else:
                    with pytest.raises(NotAllowed, match="fewer slots"):
                        check_promise(under, slots, others)


def test_only_a_known_member_in_force_and_not_suspended_has_places_opened() -> None:
    check_member(MEMBER, OFFERED)
    for differs, code in (
        ({"in_force_on": None}, "not_in_force"),
        ({"in_force_on": date(2026, 3, 3)}, "not_in_force"),
        ({"suspended_on": date(2026, 2, 1)}, "member_suspended"),
        ({"ended_on": date(2026, 2, 1)}, "member_suspended"),
    ):
        with pytest.raises(NotAllowed) as refused:
            check_member(replace(MEMBER, **differs), OFFERED)
        assert refused.value.code == code


UNION = """
    -           -           2026-03-02  union_not_heard
    2026-03-16  -           2026-03-16  union_not_heard
    2026-03-16  -           2026-03-17  heard
    2026-03-16  2026-03-05  2026-03-05  heard
    2026-03-16  2026-03-05  2026-03-04  before_last_act
    -           2026-03-05  2026-03-06  heard"""


@pytest.mark.parametrize("line", [line for line in UNION.split("\n") if line])
def test_the_union_is_heard_or_its_time_is_over(line: str) -> None:
    due, stated, on, expected = line.split()
    due_on, stated_on = (None if d == "-" else date.fromisoformat(d) for d in (due, stated))
    said = "heard"
    try:
        check_union(due_on, stated_on, date.fromisoformat(on))
    except NotAllowed as refused:
        said = refused.code
    assert said == expected
