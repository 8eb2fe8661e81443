"""Steps: a thing goes from state to state by its machine, on a day."""

from datetime import date
from typing import Protocol

from membership.rules.membership import check_order
from shared.machines import Machine, State


class Stateful(Protocol):
    """Whatever stands in a state since a day."""

    state: str
    since: date


def take(thing: Stateful, machine: Machine, by: str, role: str, on: date) -> State:
    """Take the step, if role, state and day allow it, and give the state that it leads to."""
    end = machine.step(thing.state, by, role)
    check_order(on, thing.since)
    if end != thing.state:
        thing.state, thing.since = end, on
    return machine.states[end]
