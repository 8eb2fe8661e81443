"""Commitments: how a promise may be changed, and what of it can still be cut."""

from dataclasses import dataclass
from datetime import date

from membership.rules.membership import COORDINATOR, DECIDER
from shared.machines import Machine, NotAllowed, State, Step

COMMITMENT = Machine(
    State("made", "coordinator", "see that something comes of it", "term"),
    State("renegotiated", "coordinator", "see that something comes of it", "term"),
    State("released", terminal=True),
    steps=[
        Step("", "made", "make", DECIDER),
        *(
            Step(start, end or start, by, COORDINATOR)
            for start in ("made", "renegotiated")
            for by, end in (("renegotiate", "renegotiated"), ("release", "released"), ("hold", ""))
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What followup last told about a commitment, in units; None is unknown."""

    promised: int | None
    remaining: int | None
    kept: int | None
    released: int | None
    extra: int | None


def remaining(promised: int, held: int, heard: Figures | None) -> int | None:
    """Give the units that nothing has come of; None when the copy doesn't know.

    `promised` and `held` are our own acts. The copy may be older than they are, so what we did and
    followup has not counted yet is taken into account.
    """
    if heard is None:
        return max(0, promised - held)
    if None in (heard.promised, heard.remaining, heard.kept, heard.released, heard.extra):
        return None
    net = (heard.promised or 0) - (heard.released or 0)
    uncounted = max(0, held - (heard.kept or 0) - (heard.extra or 0))
    return max(0, (heard.remaining or 0) + promised - net - uncounted)


def check_change(before: int, promised: int, left: int | None) -> None:
    """Refuse a change that changes nothing, and a cut of more than what remains."""
    if promised == before:
        raise NotAllowed("nothing_changed", "The promise already says this.")
    if promised > before:
        return
    if left is None:
        raise NotAllowed("remaining_unknown", "What remains isn't known yet: it can't be cut.")
    if before - promised > left:
        raise NotAllowed("more_than_remains", f"Only {left} units remain to be cut.")


def check_running(on: date, ends_before: date) -> None:
    """Refuse to change a promise whose period has ended."""
    if on >= ends_before:
        raise NotAllowed("period_ended", "The period has ended: the promise stands as it was.")
