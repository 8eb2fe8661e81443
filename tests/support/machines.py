"""How a state machine is walked: beside a table of it that was written a second time, by hand."""

from collections.abc import Callable, Container
from functools import partial
from typing import NamedTuple
from uuid import UUID

import pytest

from shared.machines import Machine, NotAllowed, NotFound

ROLES = """signatory contact_person supervisor mentor participant legal_guardian caseworker decider
    vetting_officer coordinator partner_organiser union evaluator elected_member auditor system"""


Walk = Callable[[], None]


class Calls(NamedTuple):
    """Whoever calls, as her token says."""

    role: str
    organisation: UUID | None = None
    unit: str = ""


def allowed(table: str) -> dict[tuple[str, str, str], str]:
    """Read lines of state, act, roles, state; "-" is before the beginning, commas part roles."""
    lines = (line.replace("-", "").split() for line in table.split("\n") if line)
    whole = ([""] * (4 - len(line)) + line for line in lines)
    return {
        (state, act, role): end for state, act, roles, end in whole for role in roles.split(",")
    }


def outcome(machine: Machine, state: str, act: str, role: str) -> str | type[Exception]:
    try:
        return machine.step(state, act, role)
    except (NotAllowed, NotFound) as refused:
        return type(refused)


def allows_what_the_table_says_and_nothing_else(machine: Machine, table: str) -> None:
    """Try each act in each state in each role: who may never is 404, who may elsewhere 409."""
    may = allowed(table)
    for act in {act for _, act in machine.steps}:
        ever = {role for _, by, role in may if by == act}
        for state in ["", *machine.states]:
            for role in ROLES.split():
                refused = NotAllowed if role in ever else NotFound
                expected = may.get((state, act, role), refused)
                assert outcome(machine, state, act, role) == expected, (state, act, role)


def waits_for_somebody_until_the_end(machine: Machine, limits: Container[str]) -> None:
    """Find no state without owner, next action and deadline, but for those that are the end."""
    for state in machine.states.values():
        waits_for = (state.owner in ROLES.split(), bool(state.next), state.within in limits)
        assert waits_for == (not state.terminal,) * 3, state


def every_state_is_reached(machine: Machine) -> None:
    reached = {""}
    for _ in machine.states:
        reached |= {step.end for (start, _), step in machine.steps.items() if start in reached}
    assert reached == {"", *machine.states}


def walked(
    machines: dict[str, Machine], tables: dict[str, str], limits: Container[str]
) -> pytest.MarkDecorator:
    """Hand a test, one by one, all walks of the machines as `walk`, each named by what it shows."""
    found: dict[str, Walk] = {}
    for name, machine in machines.items():
        told = partial(allows_what_the_table_says_and_nothing_else, machine, tables[name])
        found[f"{name} allows what the table says and nothing else"] = told
        onwards = partial(waits_for_somebody_until_the_end, machine, limits)
        found[f"{name} waits for somebody until the end"] = onwards
        found[f"{name} reaches every state"] = partial(every_state_is_reached, machine)
    return pytest.mark.parametrize("walk", found.values(), ids=found)
