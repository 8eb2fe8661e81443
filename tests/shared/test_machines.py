"""A machine as a table: a wrong role sees nothing, a wrong state is told."""

import pytest

from shared.machines import Machine, NotAllowed, NotFound, State, Step

DOOR = Machine(
    State("open", owner="porter", next="close it", within="evening"),
    State("shut", owner="porter", next="open it", within="morning"),
    State("walled", terminal=True),
    steps=[
        Step("open", "shut", "close", frozenset({"porter"})),
        Step("shut", "open", "open", frozenset({"porter", "guest"})),
        Step("shut", "walled", "wall_up", frozenset({"mason"})),
    ],
)


def test_a_step_leads_to_the_next_state() -> None:
    assert DOOR.step("open", "close", "porter") == "shut"


def test_a_role_that_may_never_sees_nothing() -> None:
    with pytest.raises(NotFound):
        DOOR.step("open", "close", "guest")


def test_a_wrong_state_is_told_with_its_reason() -> None:
    with pytest.raises(NotAllowed, match="In the state 'walled'") as refused:
        DOOR.step("walled", "open", "guest")
    assert refused.value.code == "wrong_state"
