"""Events as membership, matching and followup tell them, about one organisation and one match."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from jobbpakten_events import matching as m
from jobbpakten_events import membership as me
from jobbpakten_events import placement as p

ACT_BY = date(2026, 3, 9)
UNIT = "unit_north"
TERM = {"starts_on": date(2026, 3, 1), "ends_before": date(2029, 3, 1)}


def filled(kind: Any, facts: dict[str, Any], more: dict[str, Any]) -> Any:
    """Make an event of those facts that it tells, and of what is said besides."""
    return kind(**{name: fact for name, fact in facts.items() if name in kind.model_fields} | more)


def told(of: Callable[..., Any], kind: Any, **more: Any) -> property:
    """Let a story tell an event of the kind whenever it is asked for."""
    return property(lambda story: of(story, kind, **more))


class Story:
    """The ids of one organisation, its membership, a place, a candidate, a match, a placement."""

    def __init__(self, organisation: UUID | None = None) -> None:
        self.organisation = organisation or uuid4()
        self.membership, self.agreement = uuid4(), uuid4()
        self.place, self.match, self.placement, self.commitment = (uuid4() for _ in range(4))
        self.consent, self.candidate = uuid4(), uuid4()

    def of_match(self, kind: Any, **more: Any) -> Any:
        facts = {
            "match_id": self.match,
            "place_id": self.place,
            "candidate_ref": self.candidate,
            "organisation_id": self.organisation,
            "commitment_id": self.commitment,
            "placement_id": self.placement,
            "consent_id": self.consent,
            "unit": UNIT,
            "offer": "internship",
            "act_by": ACT_BY,
            "until": ACT_BY,
        }
        return filled(kind, facts, more)

    def of_membership(self, kind: Any, **more: Any) -> Any:
        facts = {
            "membership_id": self.membership,
            "organisation_id": self.organisation,
            "agreement_id": self.agreement,
            "act_by": ACT_BY,
            "ground": "working_conditions",
        }
        return filled(kind, facts, more)

    def of_placement(self, kind: Any, **more: Any) -> Any:
        facts: dict[str, Any] = {
            "placement_id": self.placement,
            "place_id": self.place,
            "commitment_id": self.commitment,
            "organisation_id": self.organisation,
            "unit": UNIT,
            "offer": "internship",
            "area": "north",
            "starts_on": date(2026, 4, 1),
            "ends_before": date(2026, 6, 1),
            "last_day": date(2026, 5, 1),
            "missed_minutes": 0,
            "act_by": ACT_BY,
        }
        return filled(kind, facts, more)

    applied = told(of_membership, me.MembershipApplied, sector="business", size="small")
    approved = told(of_membership, me.MembershipApproved)
    shared = told(of_membership, me.AgreementSharedForSignature)
    in_force = told(of_membership, me.AgreementInForce, **TERM)
    proposed = told(of_match, m.MatchProposed)
    asked = told(of_match, m.CandidateAsked)
    consented = told(of_match, m.ConsentGiven)
    consent_withdrawn = told(of_match, m.ConsentWithdrawn)
    answered = told(of_match, m.CandidateAnswered)
    employer_asked = told(of_match, m.EmployerAsked)
    accepted = told(of_match, m.MatchAccepted)
    withdrawn = told(of_match, m.MatchWithdrawn)
    left = told(of_match, m.CandidateClosed)
    planned = told(of_placement, p.PlacementPlanned)
    started = told(of_placement, p.PlacementStarted)

    def signed(self, party: str) -> Any:
        return self.of_membership(me.AgreementSigned, party=party)

    def visible(self, *, seen: bool = True) -> Any:
        return self.of_match(m.VisibilityComputed, visible=seen)
