"""Commitments: how a promise may be changed, and what of it can still be cut."""

from dataclasses import dataclass
from datetime import date

from membership.rules.access import COORDINATOR, DECIDER
from shared.machines import NOT_YET, Machine, NotAllowed, State, Step

CHANGES = (
    Step("renegotiate", "renegotiated", COORDINATOR),
    Step("release", "released", COORDINATOR),
)


def hold(state: str) -> Step:
    """Give the step that leaves a promise where it stands: something was held under it."""
    return Step("hold", state, COORDINATOR)


COMMITMENT = Machine(
    {
        NOT_YET: [Step("make", "made", DECIDER)],
        State("made", "coordinator", "see that something comes of it", "term"): [
            *CHANGES,
            hold("made"),
        ],
        State("renegotiated", "coordinator", "see that something comes of it", "term"): [
            *CHANGES,
            hold("renegotiated"),
        ],
        # What was held before the release is recorded when somebody says so.
        State("released", terminal=True): [hold("released")],
    }
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What followup last told about a commitment, in units; None is unknown."""

    remaining: int | None
    open: int | None
    kept: int | None
    extra: int | None


def remaining(promised: int, held: int, heard: Figures | None) -> int | None:
    """Give the units that nothing has come of, at the least; None when the copy doesn't know.

    A promise of so many units holds what is kept: the rest remains. `promised` and `held` are our
    own acts, and the copy may be older than they are. What we recorded and followup has not
    counted is taken off; so is what it counted as extra when nothing remained, for a raise that it
    hasn't heard of, dated back, makes that kept.
    """
    if heard is None or None in (heard.remaining, heard.open, heard.kept, heard.extra):
        return None
    kept, extra = heard.kept or 0, heard.extra or 0
    uncounted = max(0, held - kept - extra) + (0 if heard.remaining else extra)
    return max(0, promised - kept - (heard.open or 0) - uncounted)


def check_change(before: int, promised: int, left: int | None) -> None:
    """Refuse a change that changes nothing, and a cut of more than what remains."""
    if promised == before:
        raise NotAllowed("nothing_changed", "The promise already says this.")
    if promised < before and before - promised > known(left):
        raise NotAllowed("more_than_remains", f"Only {left} units remain to be cut.")


def check_release(left: int | None) -> None:
    """Refuse to release from nothing."""
    if known(left) == 0:
        raise NotAllowed("nothing_remains", "Nothing remains to be released from.")


def known(left: int | None) -> int:
    """Refuse to go on where followup hasn't told what remains: unknown is never yes."""
    if left is None:
        raise NotAllowed("progress_unknown", "What remains isn't known yet: try again later.")
    return left


def check_running(today: date, ends_before: date, lapsed: int | None) -> None:
    """Refuse to change a promise whose period has ended, on whatever day it was agreed.

    What has lapsed has lapsed, also when followup's clock was the first to see it.
    """
    if today >= ends_before or lapsed:
        raise NotAllowed("period_ended", "The period has ended: the promise stands as it was.")
