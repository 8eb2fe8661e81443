"""A state machine as one table: states with owner, next action and deadline; steps with roles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from jobbpakten_events.roles import Role


class Refused(Exception):
    """A rule says no. `code` is for programs, the text for people; neither names a person."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class NotAllowed(Refused):
    """The state, or four-eyes, forbids the step: 409 with its reason."""


class NotFound(Refused):
    """Not there, or not for this caller: the two look alike (404)."""

    def __init__(self) -> None:
        super().__init__("not_found", "There is no such thing here, or it isn't for you.")


class StaleEdit(Refused):
    """Somebody else was quicker: read again, then decide (412)."""


class Unfit(Refused):
    """What the body asks for breaks a rule: 422, with a pointer to the field."""

    def __init__(self, pointer: str, code: str, text: str) -> None:
        super().__init__(code, text)
        self.pointer = pointer


@dataclass(frozen=True, slots=True)
class State:
    """Where a thing can stand: who must act, what is next, within which limit of the profile."""

    name: str
    owner: Role | Literal["recipient", ""] = ""  # a notice's recipient has any of them
    next: str = ""
    within: str = ""  # the name of a limit in the network's profile
    terminal: bool = False


NOT_YET = State("")
"""Where a thing stands before it is made."""


@dataclass(frozen=True, slots=True)
class Step:
    """A way out of a state: the act that takes it, the state it leads to, the roles that may."""

    by: str
    end: str
    roles: frozenset[Role]


class Machine:
    """All states of one aggregate with the steps out of each; no step leads out of `ends`."""

    def __init__(self, states: Mapping[State, Iterable[Step]], *, ends: Iterable[str] = ()) -> None:
        self.states = {state.name: state for state in states if state != NOT_YET}
        self.states |= {name: State(name, terminal=True) for name in ends}
        self.steps = {
            (state.name, step.by): step for state, steps in states.items() for step in steps
        }
        self.roles = {by: self._roles_of(by) for _, by in self.steps}

    def _roles_of(self, by: str) -> frozenset[Role]:
        return frozenset[Role]().union(
            *(step.roles for step in self.steps.values() if step.by == by)
        )

    def starts(self, by: str) -> tuple[str, ...]:
        """Give the states from which an act leads on."""
        return tuple(start for start, act in self.steps if act == by)

    def check_role(self, by: str, role: str) -> None:
        """Refuse with NotFound a role that may never, whatever the state."""
        if role not in self.roles[by]:
            raise NotFound

    def step(self, state: str, by: str, role: str) -> str:
        """Give the next state. NotFound for a role that may never, NotAllowed in a wrong state."""
        self.check_role(by, role)
        step = self.steps.get((state, by))
        if step is None or role not in step.roles:
            act = by.replace("_", " ")
            raise NotAllowed("wrong_state", f"In the state {state!r} this role can't {act}.")
        return step.end


class Actor(Protocol):
    """Whoever acts: what her token says of her. Any word may stand there as a role."""

    @property
    def role(self) -> str: ...
    @property
    def organisation(self) -> UUID | None: ...
    @property
    def unit(self) -> str: ...


class Eyes(Protocol):
    """Whoever acts, as four eyes see it: who it is, and whether it is a person."""

    @property
    def id(self) -> str: ...
    @property
    def is_machine(self) -> bool: ...


def by_a_person(actor: Eyes) -> str:
    """Give the id of who acts, where four eyes compare it; NotAllowed for a system: it has none."""
    if actor.is_machine:
        text = "Two people answer for this: a system can't be one of them."
        raise NotAllowed("needs_a_person", text)
    return actor.id


def four_eyes(decides: Eyes, *prepared_by: str) -> None:
    """Refuse that one person decides what she prepared, or that none does."""
    if by_a_person(decides) in prepared_by:
        raise NotAllowed("four_eyes", "Whoever prepared this can't decide it: ask a colleague.")


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


class Awaited(Stateful, Protocol):
    """Whatever has a day by which its next action is due."""

    deadline: date | None


class Limits(Protocol):
    """Whatever says by when a state's next action is due: a network's profile."""

    def deadline(self, state: State, since: date) -> date | None: ...


def advance(
    thing: Awaited,
    machine: Machine,
    by: str,
    role: str,
    on: date,
    *,
    limits: Limits,
    until: date | None = None,
) -> State:
    """Take a step; where it leads to another state, set the day by which the next one is due.

    That day never lies beyond `until`, the last on which the next step makes sense.
    """
    before = thing.state
    state = take(thing, machine, by, role, on)
    if state.name != before:
        thing.deadline = earliest(limits.deadline(state, on), until)
    return state


def earliest(*days: date | None) -> date | None:
    """Give the first of several days; None stands for no limit."""
    return min((day for day in days if day), default=None)


def check_order(on: date, since: date | None) -> None:
    """Refuse an act whose day lies before what it builds on."""
    if since and on < since:
        raise NotAllowed("before_last_act", "It can't have happened before what it builds on.")
