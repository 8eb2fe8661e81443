"""A machine as a table: a wrong role sees nothing, a wrong state is told."""

import pytest

from jobbpakten_events.roles import Role
from shared.machines import Machine, NotAllowed, NotFound, State, Step

CASEWORKER: frozenset[Role] = frozenset({"caseworker"})
DOOR = Machine(
    {
        State("open", owner="caseworker", next="close it", within="evening"): [
            Step("close", "shut", CASEWORKER),
        ],
        State("shut", owner="caseworker", next="open it", within="morning"): [
            Step("open", "open", CASEWORKER | {"participant"}),
            Step("wall_up", "walled", frozenset({"decider"})),
        ],
    },
    ends=("walled",),
)


def test_a_step_leads_to_the_next_state() -> None:
    assert DOOR.step("open", "close", "caseworker") == "shut"


def test_a_role_that_may_never_sees_nothing() -> None:
    with pytest.raises(NotFound):
        DOOR.step("open", "close", "participant")


def test_a_wrong_state_is_told_with_its_reason() -> None:
    with pytest.raises(NotAllowed, match="In the state 'walled'") as refused:
        DOOR.step("walled", "open", "participant")
    assert refused.value.code == "wrong_state"
