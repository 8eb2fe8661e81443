"""What a rule of the table says, and the two kinds of it: a task and a message."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from jobbpakten_events.roles import PersonRole

Circle = Literal["organisation", "unit", "network", "candidate"]
CIRCLES: Mapping[str, Circle] = {
    "signatory": "organisation",
    "contact_person": "organisation",
    "vetting_officer": "network",
    "coordinator": "network",
    "decider": "network",
    "caseworker": "unit",
    "participant": "candidate",
}
Kind = Literal["task", "message"]
NOTHING = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event makes us tell to one role. Events stand as `happened` names them.

    A task is `done_by`, and anything `void_by`, what is heard of the same aggregate later, or ever
    in another stream. `about_candidate`: the candidate must be visible, as far as we have heard,
    from the event until the mail is out. `consented`: and have agreed to be shown, that day too.
    `expires`: an answer after its last day is none; other tasks stay open, and are overdue.
    `says`: only an event that says so, in this field, asks for it.
    `until`: a message that names the event's last day, as every task does.
    `besides`: others are asked the same, so where there is nobody nobody is told instead.
    """

    on: str
    template: str
    role: PersonRole
    kind: Kind
    done_by: frozenset[str] = NOTHING
    void_by: frozenset[str] = NOTHING
    only_after: frozenset[str] = NOTHING
    never_after: frozenset[str] = NOTHING
    about_candidate: bool = False
    consented: bool = False
    expires: bool = False
    says: str = ""
    besides: bool = False
    until: bool = False

    @property
    def names_a_day(self) -> bool:
        return self.until or self.kind == "task"

    @property
    def name(self) -> str:
        return f"{self.on} > {self.role}"

    @property
    def to(self) -> Circle:
        return CIRCLES[self.role]


def task(
    on: str, template: str, role: PersonRole, *, done: Collection[str], void: Collection[str]
) -> Rule:
    """Return the rule that asks a role for an act, until it is done or void."""
    return Rule(on, template, role, "task", frozenset(done), frozenset(void))


def message(on: str, template: str, role: PersonRole, *, void: Collection[str] = ()) -> Rule:
    """Return the rule that tells a role something, unless it is void before the mail is out."""
    return Rule(on, template, role, "message", void_by=frozenset(void))
