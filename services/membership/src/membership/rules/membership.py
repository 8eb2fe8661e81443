"""The life of a membership: who may do what when, and what is due next."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from membership.rules.access import COORDINATOR, DECIDER, OFFICER, SIGNATORY, SYSTEM
from membership.rules.agreement import AGREEMENT
from membership.rules.vetting import DECIDES
from shared.machines import NOT_YET, Machine, NotAllowed, State, Step, Unfit

# An application on paper is recorded within the month. A day further back would leave the
# municipality, whose time runs from it, late before it knew.
MOST_DAYS_BACK = timedelta(days=31)

WITHDRAW = Step("withdraw", "withdrawn", SIGNATORY)

MEMBERSHIP = Machine(
    {
        NOT_YET: [Step("apply", "applied", SIGNATORY)],
        State(
            "applied",
            "vetting_officer",
            "check that it is complete, start the vetting",
            "completion",
        ): [
            Step("declare", "applied", SIGNATORY),
            Step("start_vetting", "in_vetting", OFFICER),
            WITHDRAW,
        ],
        State("in_vetting", "vetting_officer", "vet, and hand it to a decider", "vetting"): [
            Step("approve", "approved", DECIDER),
            Step("reject", "rejected", DECIDER),
            WITHDRAW,
        ],
        State("approved", "coordinator", "bring the agreement into force", "agreement"): [
            Step("draft", "approved", COORDINATOR),
            Step("join", "member", DECIDER),
            Step("lapse", "lapsed", SYSTEM),
            WITHDRAW,
        ],
        State("member", "coordinator", "follow up what was promised", "term"): [
            Step("suspend", "suspended", DECIDER),
        ],
        State("suspended", "decider", "decide whether it is a member again", "suspension"): [
            Step("reinstate", "member", DECIDER),
        ],
    },
    ends=("rejected", "withdrawn", "lapsed"),
)
ENDED = tuple(state.name for state in MEMBERSHIP.states.values() if state.terminal)


# Who acts next, and how, until an applicant stands behind the network's values.
DECLARES = "signatory", "declare the network's values"


class Beside(NamedTuple):
    """What a membership waits by: whether its vetting is answered, where its agreement stands."""

    is_answered: bool = False
    agreement: str = ""


def acts_next(state: str, declared_on: date | None, beside: Beside) -> tuple[str, str]:
    """Say who acts next, and how: not always whom the state names, but who could go on today."""
    if state == "applied" and declared_on is None:
        return DECLARES
    if state == "in_vetting" and beside.is_answered:
        return DECIDES
    waits = MEMBERSHIP.states[state]
    if state == "approved":
        waits = AGREEMENT.states.get(beside.agreement, waits)
    return waits.owner, waits.next


def check_recent(applied_on: date, today: date) -> None:
    """Refuse an application dated so far back that the deadlines counted from it are over."""
    if applied_on < today - MOST_DAYS_BACK:
        text = f"An application is recorded within {MOST_DAYS_BACK.days} days."
        raise Unfit("/applied_on", "too_long_ago", text)


def check_values(said: Mapping[str, bool], values: Collection[str]) -> None:
    """Refuse a declaration that leaves a value out: each is said, none taken for granted."""
    for value in values:
        if not said.get(value):
            raise Unfit(f"/{value}", "value_not_declared", "A member stands behind every value.")
    if not said.keys() <= {*values}:
        raise Unfit("/?", "unknown_value", f"The network's values are {', '.join(values)}.")


class Suspension(NamedTuple):
    """From when a member was suspended, and from when it was one again; None: not yet."""

    suspended_on: date
    reinstated_on: date | None = None


def was_suspended(suspensions: Iterable[Suspension], on: date) -> bool:
    """Tell whether a day lies after a suspension and before its reinstatement."""
    return any(begun < on < (over or date.max) for begun, over in suspensions)


def check_not_suspended(state: str, suspensions: Iterable[Suspension], on: date) -> None:
    """Refuse that a member promises more while it is suspended, or was on that day."""
    if state == "suspended" or was_suspended(suspensions, on):
        raise NotAllowed("suspended", "A suspended member promises nothing more.")
