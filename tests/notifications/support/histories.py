"""Events as membership, matching and followup tell them, about one organisation and one match."""

from datetime import date
from typing import Any
from uuid import uuid4

from jobbpakten_events import matching as m
from jobbpakten_events import membership as me
from jobbpakten_events import placement as p

ACT_BY = date(2026, 3, 9)
UNIT = "unit_north"


class Story:
    """The ids of one organisation, its membership, a place, a candidate, a match, a placement."""

    def __init__(self) -> None:
        self.organisation, self.membership, self.agreement = uuid4(), uuid4(), uuid4()
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
        return kind(**{k: v for k, v in facts.items() if k in kind.model_fields} | more)

    def of_membership(self, kind: Any, **more: Any) -> Any:
        facts = {
            "membership_id": self.membership,
            "organisation_id": self.organisation,
            "agreement_id": self.agreement,
            "act_by": ACT_BY,
            "ground": "working_conditions",
        }
        return kind(**{k: v for k, v in facts.items() if k in kind.model_fields} | more)

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
        return kind(**{k: v for k, v in facts.items() if k in kind.model_fields} | more)

    @property
    def applied(self) -> Any:
        return self.of_membership(me.MembershipApplied, sector="business", size="small")

    @property
    def approved(self) -> Any:
        return self.of_membership(me.MembershipApproved)

    @property
    def shared(self) -> Any:
        return self.of_membership(me.AgreementSharedForSignature)

    def signed(self, party: str) -> Any:
        return self.of_membership(me.AgreementSigned, party=party)

    @property
    def in_force(self) -> Any:
        days = {"starts_on": date(2026, 3, 1), "ends_before": date(2029, 3, 1)}
        return self.of_membership(me.AgreementInForce, **days)

    @property
    def proposed(self) -> Any:
        return self.of_match(m.MatchProposed)

    @property
    def asked(self) -> Any:
        return self.of_match(m.CandidateAsked)

    @property
    def consented(self) -> Any:
        return self.of_match(m.ConsentGiven)

    @property
    def consent_withdrawn(self) -> Any:
        return self.of_match(m.ConsentWithdrawn)

    @property
    def answered(self) -> Any:
        return self.of_match(m.CandidateAnswered)

    @property
    def employer_asked(self) -> Any:
        return self.of_match(m.EmployerAsked)

    @property
    def accepted(self) -> Any:
        return self.of_match(m.MatchAccepted)

    @property
    def withdrawn(self) -> Any:
        return self.of_match(m.MatchWithdrawn)

    @property
    def left(self) -> Any:
        return m.CandidateClosed(candidate_ref=self.candidate)

    def visible(self, *, seen: bool = True) -> Any:
        return m.VisibilityComputed(candidate_ref=self.candidate, visible=seen)

    @property
    def planned(self) -> Any:
        return self.of_placement(p.PlacementPlanned)
