"""What may be decided on which answers."""

from itertools import product

import pytest

from membership.rules.vetting import check_ground, check_outcome, unmet
from shared.machines import NotAllowed, Refused, Unfit

ITEMS = ("insured", "taxes_paid")
ANSWERS = ("yes", "no", "unknown", None)
GROUNDS = {"working_conditions": "no", "not_verified": "unknown"}


def answered(given: tuple[str | None, ...]) -> dict[str, str]:
    return {item: answer for item, answer in zip(ITEMS, given, strict=True) if answer}


@pytest.mark.parametrize("given", [*product(ANSWERS, repeat=2)])
def test_only_a_yes_is_a_yes(given: tuple[str | None, ...]) -> None:
    left = unmet(ITEMS, answered(given))
    assert [*left] == [item for item, a in zip(ITEMS, given, strict=True) if a != "yes"]
    assert set(left.values()) <= {"no", "unknown"}


@pytest.mark.parametrize("given", [*product(ANSWERS, repeat=2)])
def test_all_yes_is_accepted_a_no_only_with_conditions_and_what_is_unknown_not_at_all(
    given: tuple[str | None, ...],
) -> None:
    left = unmet(ITEMS, answered(given))
    check_outcome("refused", left)
    for outcome in ("accepted", "accepted_with_conditions"):
        refusal = None
        try:
            check_outcome(outcome, left)
        except NotAllowed as refused:
            refusal = refused.code
        assert refusal == expected(outcome, given)


def expected(outcome: str, given: tuple[str | None, ...]) -> str | None:
    if {"unknown", None} & {*given}:
        return "items_unanswered"
    if "no" in given:
        return "items_unmet" if outcome == "accepted" else None
    return None if outcome == "accepted" else "nothing_to_condition"


@pytest.mark.parametrize(
    ("outcome", "ground", "answer", "code"),
    [
        ("refused", "working_conditions", "no", None),
        ("refused", "not_verified", "unknown", None),
        ("refused", "working_conditions", "unknown", "ground_without_facts"),
        ("refused", "not_verified", "no", "ground_without_facts"),
        ("refused", "working_conditions", "yes", "ground_without_facts"),
        ("refused", "dislike", "no", "unknown_ground"),
        ("refused", None, "no", "unknown_ground"),
        ("accepted", "working_conditions", "yes", "ground_without_refusal"),
        ("accepted_with_conditions", "not_verified", "no", "ground_without_refusal"),
        ("accepted", None, "yes", None),
    ],
)
def test_a_refusal_has_a_coded_ground_that_rests_on_an_answer(
    outcome: str, ground: str | None, answer: str, code: str | None
) -> None:
    left = unmet(ITEMS, {"insured": answer, "taxes_paid": "yes"})
    refusal = None
    try:
        check_ground(outcome, ground, GROUNDS, left)
    except Refused as refused:
        refusal = refused
    assert (refusal and refusal.code) == code
    assert isinstance(refusal, Unfit) == (code in {"unknown_ground", "ground_without_refusal"})
