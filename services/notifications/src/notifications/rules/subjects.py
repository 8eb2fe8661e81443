"""What our copy of an aggregate says: whatever isn't in it is unknown, and unknown is never yes."""

from collections.abc import Mapping
from datetime import date, datetime

# What an event is about: kind -> (aggregate, the field with its id). One aggregate may be told of
# in several streams: a membership in its agreement's, a match in its consent's.
ABOUT = {
    "membership.applied.v1": ("membership", "membership_id"),
    "vetting.started.v1": ("membership", "membership_id"),
    "membership.approved.v1": ("membership", "membership_id"),
    "membership.rejected.v1": ("membership", "membership_id"),
    "membership.ended.v1": ("membership", "membership_id"),
    "membership.suspended.v1": ("membership", "membership_id"),
    "membership.reinstated.v1": ("membership", "membership_id"),
    "agreement.shared_for_signature.v1": ("membership", "membership_id"),
    "agreement.signed.v1": ("membership", "membership_id"),
    "agreement.in_force.v1": ("membership", "membership_id"),
    "commitment.made.v1": ("commitment", "commitment_id"),
    "commitment.lapsed.v1": ("commitment", "commitment_id"),
    "place.opened.v1": ("place", "place_id"),
    "place.paused.v1": ("place", "place_id"),
    "place.resumed.v1": ("place", "place_id"),
    "place.closed.v1": ("place", "place_id"),
    "visibility.computed.v1": ("candidate", "candidate_ref"),
    "candidate.closed.v1": ("candidate", "candidate_ref"),
    "match.proposed.v1": ("match", "match_id"),
    "candidate.asked.v1": ("match", "match_id"),
    "candidate.answered.v1": ("match", "match_id"),
    "consent.given.v1": ("match", "match_id"),
    "consent.withdrawn.v1": ("match", "match_id"),
    "employer.asked.v1": ("match", "match_id"),
    "employer.answered.v1": ("match", "match_id"),
    "match.accepted.v1": ("match", "match_id"),
    "match.superseded.v1": ("match", "match_id"),
    "match.withdrawn.v1": ("match", "match_id"),
    "match.expired.v1": ("match", "match_id"),
    "placement.planned.v1": ("placement", "placement_id"),
    "placement.ready.v1": ("placement", "placement_id"),
    "placement.started.v1": ("placement", "placement_id"),
    "placement.completed.v1": ("placement", "placement_id"),
    "placement.partly_completed.v1": ("placement", "placement_id"),
    "placement.no_show.v1": ("placement", "placement_id"),
    "placement.interrupted.v1": ("placement", "placement_id"),
}
# Events that mean different things by one of their fields: `employer.answered.v1=yes`.
TOLD_APART = {
    "membership.ended.v1": "ground",
    "agreement.signed.v1": "party",
    "employer.answered.v1": "answer",
    "visibility.computed.v1": "visible",
    "place.paused.v1": "ground",
    "place.closed.v1": "ground",
}
# A field that is kept of an event, beside that it happened.
KEPT = {"consent.given.v1": "until"}
HIDDEN, SHOWN = "visibility.computed.v1=False", "visibility.computed.v1=True"
LEFT, CONSENTED = "candidate.closed.v1", "consent.given.v1"

# What happened -> stream -> [number, recorded time, what is kept of it].
Heard = dict[str, dict[str, list[str]]]


def happening(kind: str, facts: Mapping[str, object]) -> str:
    """Name what happened: the event's kind and, where it matters, what it says."""
    field = TOLD_APART.get(kind)
    return f"{kind}={facts[field]}" if field else kind


def kept(kind: str, facts: Mapping[str, object]) -> list[str]:
    """Give what else is remembered of an event, as text."""
    return [str(facts[KEPT[kind]])] if kind in KEPT else []


def heard_since(heard: Heard, what: str, stream: str, version: int) -> bool:
    """Tell whether it happened after an event; streams can't be compared: there, ever counts."""
    return any(key != stream or int(n) > version for key, (n, *_) in heard.get(what, {}).items())


def is_visible(candidate: Heard) -> bool:
    """Tell whether the last word about her is that she may be seen; no word is no."""
    shown, hidden = (last_number(candidate, what) for what in (SHOWN, HIDDEN))
    return shown > hidden and LEFT not in candidate


def was_hidden_since(candidate: Heard, at: datetime) -> bool:
    """Tell whether she has been hidden, or has left, since a moment; visible again or not."""
    times = (time for _, time, *_ in candidate.get(HIDDEN, {}).values())
    return LEFT in candidate or any(datetime.fromisoformat(time) >= at for time in times)


def has_consented(match: Heard, today: date) -> bool:
    """Tell whether a consent was heard whose last day isn't over.

    The release before kept no day; of what it heard matching says when it is over, as it did then.
    """
    given = match.get(CONSENTED, {}).values()
    return any(not until or date.fromisoformat(until[0]) >= today for _, _, *until in given)


def last_number(heard: Heard, what: str) -> int:
    return max((int(number) for number, *_ in heard.get(what, {}).values()), default=0)
