"""What a membership waits for: by its state, and by what hangs on it."""

from datetime import date

import pytest
from tests.membership.conftest import ITEMS

from membership.rules.agreement import AGREEMENT
from membership.rules.membership import MEMBERSHIP, Beside, acts_next
from membership.rules.vetting import is_answered

DECLARED = date(2026, 3, 2)
BESIDE = [
    Beside(is_answered, at) for is_answered in (False, True) for at in ("", *AGREEMENT.states)
]


@pytest.mark.parametrize("state", MEMBERSHIP.states)
@pytest.mark.parametrize("declared_on", [None, DECLARED])
@pytest.mark.parametrize("beside", BESIDE)
def test_only_who_can_go_on_today_acts_next(
    state: str, declared_on: date | None, beside: Beside
) -> None:
    usual = MEMBERSHIP.states[state].owner, MEMBERSHIP.states[state].next
    expected = usual
    if state == "applied" and declared_on is None:
        expected = "signatory", "declare the network's values"
    if state == "in_vetting" and beside.is_answered:
        expected = "decider", "decide on what was found out"
    if state == "approved" and beside.agreement:
        at = AGREEMENT.states[beside.agreement]
        expected = at.owner, at.next
    assert acts_next(state, declared_on, beside) == expected


def test_a_checklist_is_answered_when_nothing_of_it_is_unknown() -> None:
    answers = dict.fromkeys(ITEMS, "yes")
    assert is_answered(ITEMS, answers)
    for item in ITEMS:
        assert is_answered(ITEMS, answers | {item: "no"})
        assert not is_answered(ITEMS, answers | {item: "unknown"})
        assert not is_answered(ITEMS, {one: "yes" for one in ITEMS if one != item})
