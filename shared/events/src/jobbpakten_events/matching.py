"""What matching tells the others about places, candidates and matches. Internal, kept 14 days.

A candidate is a reference that stands for nobody. Why somebody isn't visible, or that somebody
said no, isn't told in any form.
"""

from typing import Annotated, Literal
from uuid import UUID

from jobbpakten_events import OPEN, PSEUDONYMOUS, Code, Count, Day, Event, Flag, Version, says

TOPIC = "matching.v1"

PlaceId = Annotated[UUID, says("One place, of one or several slots, at one workplace.")]
MatchId = Annotated[UUID, says("One candidate proposed for one place.")]
ConsentId = Annotated[UUID, says("One consent to one release.")]
RunId = Annotated[UUID, says("One run of the matching engine.")]
PlacementId = Annotated[UUID, says("The placement that came of a match.")]
CandidateRef = Annotated[
    UUID, says("Stands for a person in one network; random, known to matching.", PSEUDONYMOUS)
]
CommitmentId = Annotated[UUID, says("The promise that the place is opened under.")]
OrganisationId = Annotated[UUID, says("The organisation that offers the place.")]
Unit = Annotated[Code, says("Code of the municipal unit whose case it is.")]
Offer = Annotated[Code, says("Code of what is offered, such as internship.", OPEN)]
Slots = Annotated[Count, says("How many people the place has room for.", OPEN)]
ActBy = Annotated[Day | None, says("The last day for what is asked.")]
Told = Annotated[Flag, says("Whether the candidate, if she was asked, is told that it is over.")]


class PlaceOpened(Event, topic=TOPIC, kind="place.opened.v1", about="place_id"):
    """A place was opened under a commitment: each slot is a unit."""

    place_id: PlaceId
    commitment_id: CommitmentId
    organisation_id: OrganisationId
    offer: Offer
    slots: Slots
    starts_on: Annotated[Day, says("The first day on which somebody may begin.", OPEN)]
    ends_before: Annotated[Day, says("The day after the last day.", OPEN)]


class PlacePaused(Event, topic=TOPIC, kind="place.paused.v1", about="place_id"):
    """Nobody is matched to the place for now; who works there stays."""

    place_id: PlaceId
    commitment_id: CommitmentId
    organisation_id: OrganisationId
    ground: Annotated[
        Literal["employer", "unresponsive", "member_suspended"], says("Why it is paused.")
    ]


class PlaceResumed(Event, topic=TOPIC, kind="place.resumed.v1", about="place_id"):
    """The place takes matches again."""

    place_id: PlaceId
    commitment_id: CommitmentId
    organisation_id: OrganisationId


class PlaceClosed(Event, topic=TOPIC, kind="place.closed.v1", about="place_id"):
    """The place takes nobody any more; who works there stays."""

    place_id: PlaceId
    commitment_id: CommitmentId
    organisation_id: OrganisationId
    ground: Annotated[
        Literal["filled", "withdrawn", "not_refreshed", "ended"], says("Why it was closed.")
    ]


class SlotReserved(Event, topic=TOPIC, kind="slot.reserved.v1", about="place_id"):
    """A slot is kept for a match until a day."""

    place_id: PlaceId
    match_id: MatchId
    until: Annotated[Day, says("The last day on which it is kept.")]


class SlotReleased(Event, topic=TOPIC, kind="slot.released.v1", about="place_id"):
    """The slot that was kept for, or held by, a match is free again."""

    place_id: PlaceId
    match_id: MatchId


class CandidateRegistered(
    Event, topic=TOPIC, kind="candidate.registered.v1", about="candidate_ref"
):
    """A person came into the bank; whether she is visible is told apart."""

    candidate_ref: CandidateRef
    unit: Unit


class VisibilityComputed(Event, topic=TOPIC, kind="visibility.computed.v1", about="candidate_ref"):
    """Whether the candidate may be matched was computed from her facts, and has changed."""

    candidate_ref: CandidateRef
    visible: Annotated[Flag, says("Every fact is known and lets her be seen.", PSEUDONYMOUS)]


class CandidateClosed(Event, topic=TOPIC, kind="candidate.closed.v1", about="candidate_ref"):
    """The person has left the bank."""

    candidate_ref: CandidateRef


class MatchRunCompleted(Event, topic=TOPIC, kind="match_run.completed.v1", about="run_id"):
    """The engine ranked the visible candidates for the open places; a caseworker picks."""

    run_id: RunId
    unit: Unit
    places: Annotated[Count, says("How many places were looked at.")]
    with_candidates: Annotated[Count, says("How many of them somebody fits.")]
    rules: Annotated[Version, says("Which version of the rules was used.", OPEN)]


class OfMatch(Event, topic=TOPIC, about="match_id"):
    """What is said of a match where its employer is named."""

    match_id: MatchId
    place_id: PlaceId
    organisation_id: OrganisationId
    unit: Unit


class MatchProposed(OfMatch, kind="match.proposed.v1"):
    """A caseworker picked a candidate for a place."""

    candidate_ref: CandidateRef
    offer: Offer
    act_by: ActBy = None


class CandidateAsked(Event, topic=TOPIC, kind="candidate.asked.v1", about="match_id"):
    """The candidate is asked whether her details may be shown to this employer."""

    match_id: MatchId
    place_id: PlaceId
    candidate_ref: CandidateRef
    unit: Unit
    act_by: Annotated[Day, says("The last day for her answer.")]


class CandidateAnswered(Event, topic=TOPIC, kind="candidate.answered.v1", about="match_id"):
    """The candidate said yes. A no isn't told: the match is withdrawn like any other."""

    match_id: MatchId
    unit: Unit
    act_by: ActBy = None


class ConsentGiven(Event, topic=TOPIC, kind="consent.given.v1", about="consent_id"):
    """A candidate agreed that named details are released to one employer until a day."""

    consent_id: ConsentId
    match_id: MatchId
    candidate_ref: CandidateRef
    organisation_id: OrganisationId
    until: Annotated[Day, says("The last day on which it holds.")]


class ConsentWithdrawn(Event, topic=TOPIC, kind="consent.withdrawn.v1", about="consent_id"):
    """A consent holds no longer."""

    consent_id: ConsentId
    match_id: MatchId
    candidate_ref: CandidateRef


class EmployerAsked(OfMatch, kind="employer.asked.v1"):
    """The employer is asked whether it takes this candidate."""

    act_by: Annotated[Day, says("The last day for its answer.")]


class EmployerAnswered(OfMatch, kind="employer.answered.v1"):
    """The employer answered; a caseworker accepts the match, or confirms the no."""

    answer: Annotated[Literal["yes", "no"], says("What it answered.")]
    act_by: ActBy = None


class MatchAccepted(OfMatch, kind="match.accepted.v1"):
    """Both sides agreed: a placement is to come, and its candidate is counted by this alone."""

    placement_id: PlacementId
    candidate_ref: CandidateRef
    commitment_id: CommitmentId
    offer: Offer


class MatchSuperseded(OfMatch, kind="match.superseded.v1"):
    """Another match was accepted: this one is over."""

    candidate_is_told: Told = False


class MatchWithdrawn(OfMatch, kind="match.withdrawn.v1"):
    """The match is over before it was accepted. Which side ended it, and why, isn't told."""

    candidate_is_told: Told = False


class MatchExpired(OfMatch, kind="match.expired.v1"):
    """An answer didn't come in time: the match is over."""

    candidate_is_told: Told = False
