"""What our copy of an aggregate says: whatever isn't in it is unknown, and unknown is never yes."""

from collections.abc import Mapping
from datetime import date, datetime

from jobbpakten_events import Event
from jobbpakten_events import matching as m
from jobbpakten_events import membership as b
from jobbpakten_events import placement as p
from jobbpakten_events.followup import CommitmentLapsed

# What we keep a copy of -> the field with its id, and the events that say something of it. One may
# be told of in several streams: a membership in its agreement's, a match in its consent's.
SUBJECTS: Mapping[str, tuple[str, tuple[type[Event], ...]]] = {
    "membership": (
        "membership_id",
        (
            b.MembershipApplied,
            b.VettingStarted,
            b.MembershipApproved,
            b.MembershipRejected,
            b.MembershipEnded,
            b.MembershipSuspended,
            b.MembershipReinstated,
            b.AgreementSharedForSignature,
            b.AgreementSigned,
            b.AgreementInForce,
        ),
    ),
    "commitment": ("commitment_id", (b.CommitmentMade, CommitmentLapsed)),
    "place": ("place_id", (m.PlaceOpened, m.PlacePaused, m.PlaceResumed, m.PlaceClosed)),
    "candidate": ("candidate_ref", (m.VisibilityComputed, m.CandidateClosed)),
    "match": (
        "match_id",
        (
            m.MatchProposed,
            m.CandidateAsked,
            m.CandidateAnswered,
            m.ConsentGiven,
            m.ConsentWithdrawn,
            m.EmployerAsked,
            m.EmployerAnswered,
            m.MatchAccepted,
            m.MatchSuperseded,
            m.MatchWithdrawn,
            m.MatchExpired,
        ),
    ),
    "placement": (
        "placement_id",
        (
            p.PlacementPlanned,
            p.PlacementReady,
            p.PlacementStarted,
            p.PlacementCompleted,
            p.PlacementPartlyCompleted,
            p.PlacementNoShow,
            p.PlacementInterrupted,
        ),
    ),
}
# An event -> what it is about, and the field with its id.
ABOUT: Mapping[type[Event], tuple[str, str]] = {
    event: (subject, field) for subject, (field, events) in SUBJECTS.items() for event in events
}
# Events that mean different things by one of their fields: `employer.answered.v1=yes`.
TOLD_APART: Mapping[type[Event], str] = {
    b.MembershipEnded: "ground",
    b.AgreementSigned: "party",
    m.EmployerAnswered: "answer",
    m.VisibilityComputed: "visible",
    m.PlacePaused: "ground",
    m.PlaceClosed: "ground",
}
# A field that is kept of an event, beside that it happened.
KEPT: Mapping[type[Event], str] = {m.ConsentGiven: "until"}


def happened(event: type[Event], says: object = None) -> str:
    """Return the name of what happened: the event's kind and, where that matters, what it says."""
    return event.kind if says is None else f"{event.kind}={says}"


HIDDEN, SHOWN = (happened(m.VisibilityComputed, shown) for shown in (False, True))
LEFT, CONSENTED = happened(m.CandidateClosed), happened(m.ConsentGiven)

# What happened -> stream -> [number, recorded time, what is kept of it].
Heard = dict[str, dict[str, list[str]]]


def happening(event: Event) -> str:
    """Return the name of what an event says has happened."""
    field = TOLD_APART.get(type(event))
    return happened(type(event), getattr(event, field) if field else None)


def kept(event: Event) -> list[str]:
    """Return what else is remembered of an event, as text."""
    field = KEPT.get(type(event))
    return [str(getattr(event, field))] if field else []


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
