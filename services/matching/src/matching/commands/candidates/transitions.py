"""A candidate's step from state to state, and the day by which the next one is due."""

from datetime import date

from matching.models import Candidate
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE
from shared.machines import take


def advance(candidate: Candidate, by: str, role: str, profile: Profile, on: date) -> None:
    """Take the step, if role, state and day allow it."""
    before = candidate.state
    state = take(candidate, CANDIDATE, by, role, on)
    if state.name != before:
        candidate.deadline = profile.deadline(state, on)


def may(candidate: Candidate, by: str, role: str) -> None:
    """Refuse, by the same table, an act that moves nothing."""
    CANDIDATE.step(candidate.state, by, role)
