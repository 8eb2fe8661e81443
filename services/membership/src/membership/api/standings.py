"""Where a thing stands: its state, who must act, what is next, and until when."""

from datetime import date
from typing import Any

from membership.api.acts import View
from shared.machines import Machine


class Standing(View):
    """No state without one accountable role, a next action and a deadline; ended ones have none."""

    state: str
    since: date
    owner: str | None
    next_action: str | None
    deadline: date | None


def standing(machine: Machine, thing: Any, deadline: date | None) -> dict[str, Any]:
    """Read the standing of a thing from its machine."""
    state = machine.states[thing.state]
    return {
        "state": state.name,
        "since": thing.since,
        "owner": state.owner or None,
        "next_action": state.next or None,
        "deadline": None if state.terminal else deadline,
    }
