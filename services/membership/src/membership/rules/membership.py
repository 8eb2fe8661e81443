"""The life of a membership: who may do what when, and what is due next."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest

from membership.rules.access import COORDINATOR, DECIDER, OFFICER, SIGNATORY, SYSTEM
from shared.machines import Machine, NotAllowed, State, Step, Unfit

# An application on paper is recorded within the month. A day further back would leave the
# municipality, whose time runs from it, late before it knew.
MOST_DAYS_BACK = timedelta(days=31)

# A step from "" makes the thing.
MEMBERSHIP = Machine(
    State(
        "applied", "vetting_officer", "check that it is complete, start the vetting", "completion"
    ),
    State("in_vetting", "vetting_officer", "vet, and hand it to a decider", "vetting"),
    State("approved", "coordinator", "bring the agreement into force", "agreement"),
    State("member", "coordinator", "follow up what was promised", "term"),
    State("suspended", "decider", "decide whether it is a member again", "suspension"),
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
        Step("member", "suspended", "suspend", DECIDER),
        Step("suspended", "member", "reinstate", DECIDER),
        Step("applied", "withdrawn", "withdraw", SIGNATORY),
        Step("in_vetting", "withdrawn", "withdraw", SIGNATORY),
        Step("approved", "withdrawn", "withdraw", SIGNATORY),
    ],
)
ENDED = tuple(state.name for state in MEMBERSHIP.states.values() if state.terminal)


def check_recent(applied_on: date, today: date) -> None:
    """Refuse an application dated so far back that the deadlines counted from it are over."""
    if applied_on < today - MOST_DAYS_BACK:
        text = f"An application is recorded within {MOST_DAYS_BACK.days} days."
        raise Unfit("/applied_on", "too_long_ago", text)


def check_values(stands_behind: Mapping[str, bool]) -> None:
    """Refuse a declaration that leaves a value out: each is said, none taken for granted."""
    for value, yes in stands_behind.items():
        if not yes:
            raise Unfit(f"/{value}", "value_not_declared", "A member stands behind every value.")


def was_suspended(turns: Sequence[date], on: date) -> bool:
    """Tell whether a day lies between a suspension and its reinstatement; neither's own day does.

    `turns` are the days of all suspensions and reinstatements, by turns.
    """
    pairs = zip_longest(turns[::2], turns[1::2], fillvalue=date.max)
    return any(suspended_on < on < again_on for suspended_on, again_on in pairs)


def check_not_suspended(state: str, turns: Sequence[date], on: date) -> None:
    """Refuse that a member promises more while it is suspended, or was on that day."""
    if state == "suspended" or was_suspended(turns, on):
        raise NotAllowed("suspended", "A suspended member promises nothing more.")
