"""The life of a membership: who may do what when, and what is due next."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from shared.machines import Machine, NotAllowed, State, Step, Unfit

STAFF = frozenset({"coordinator", "vetting_officer", "decider", "system"})
SIGNATORY = frozenset({"signatory"})
OFFICER = frozenset({"vetting_officer"})
DECIDER = frozenset({"decider"})
COORDINATOR = frozenset({"coordinator"})
SYSTEM = frozenset({"system"})

MAY_READ = {
    "any_member": STAFF,
    "vetting": STAFF,
    "findings": COORDINATOR,
}

# A step from "" makes the thing.
MEMBERSHIP = Machine(
    State(
        "applied", "vetting_officer", "check that it is complete, start the vetting", "completion"
    ),
    State("in_vetting", "vetting_officer", "vet, and hand it to a decider", "vetting"),
    State("approved", "coordinator", "bring the agreement into force", "agreement"),
    State("member", "coordinator", "follow up what was promised", "term"),
    State("rejected", terminal=True),
    State("withdrawn", terminal=True),
    State("lapsed", terminal=True),
    steps=[
        Step("", "applied", "apply", SIGNATORY),
        Step("applied", "applied", "declare", SIGNATORY),
        Step("applied", "in_vetting", "start_vetting", OFFICER),
        Step("in_vetting", "approved", "approve", DECIDER),
        Step("in_vetting", "rejected", "reject", DECIDER),
        Step("approved", "approved", "draft", COORDINATOR),
        Step("approved", "member", "join", DECIDER),
        Step("approved", "lapsed", "lapse", SYSTEM),
        Step("applied", "withdrawn", "withdraw", SIGNATORY),
        Step("in_vetting", "withdrawn", "withdraw", SIGNATORY),
        Step("approved", "withdrawn", "withdraw", SIGNATORY),
    ],
)
ENDED = tuple(state.name for state in MEMBERSHIP.states.values() if state.terminal)


def may_touch(role: str, own: UUID | None, organisation: UUID) -> bool:
    """Tell whether a caller may come near: with an organisation of its own, only that one."""
    return organisation == own if own else role in MAY_READ["any_member"]


def check_order(on: date, since: date | None) -> None:
    """Refuse an act whose day lies before what it builds on."""
    if since and on < since:
        raise NotAllowed("before_last_act", "It can't have happened before what it builds on.")


def check_values(stands_behind: Mapping[str, bool]) -> None:
    """Refuse a declaration that leaves a value out: each is said, none taken for granted."""
    for value, yes in stands_behind.items():
        if not yes:
            raise Unfit(f"/{value}", "value_not_declared", "A member stands behind every value.")
