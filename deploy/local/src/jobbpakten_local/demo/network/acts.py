"""How each act is done: which role calls what, under which name its day stands in the body."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from jobbpakten_local.demo.network.callers import Callers
from jobbpakten_local.demo.network.diaries import Act
from jobbpakten_local.demo.network.organisations import Organisation

REMEMBERED = ("membership_id", "organisation_id", "text_hash", "commitments", "version")


@dataclass(frozen=True, slots=True)
class Call:
    """An act as a call; the path is filled in from what the applicant has been answered."""

    role: str
    path: str
    day: str = ""
    method: str = "POST"
    service: str = "membership"


CONTACT = "/members/{membership_id}/contacts"
ACTS = {
    "apply": Call("signatory", "/members", "applied_on"),
    "name_signatory": Call("signatory", CONTACT, "named_on"),
    "name_contact": Call("signatory", CONTACT, "named_on"),
    "declare": Call("signatory", "/members/{membership_id}/values", "declared_on"),
    "start_vetting": Call("vetting_officer", "/members/{membership_id}/vetting", "started_on"),
    "answer": Call(
        "vetting_officer", "/members/{membership_id}/vetting/answers", "answered_on", "PUT"
    ),
    "decide": Call("decider", "/members/{membership_id}/vetting/decision", "decided_on"),
    "draft": Call("coordinator", "/members/{membership_id}/agreement", "drafted_on"),
    "share": Call("coordinator", "/members/{membership_id}/agreement/sharing", "shared_on"),
    "sign": Call("signatory", "/members/{membership_id}/agreement/signatures", "signed_on"),
    "countersign": Call("decider", "/members/{membership_id}/agreement/signatures", "signed_on"),
    "withdraw": Call("signatory", "/members/{membership_id}/withdrawal", "withdrawn_on"),
    "suspend": Call("decider", "/members/{membership_id}/suspension", "suspended_on"),
    "offer_place": Call("contact_person", "/places", "offered_on", service="matching"),
    "ask_union": Call("coordinator", "/places/{place_id}/union", "asked_on", service="matching"),
    "hear_union": Call(
        "coordinator", "/places/{place_id}/union-statement", "stated_on", service="matching"
    ),
    "open_place": Call(
        "coordinator", "/places/{place_id}/opening", "opened_on", service="matching"
    ),
    "hold": Call("coordinator", "/commitments/{commitment_id}/activities", "held_on"),
    "renegotiate": Call("coordinator", "/commitments/{commitment_id}/renegotiations", "agreed_on"),
    "release": Call("coordinator", "/commitments/{commitment_id}/release", "released_on"),
}


EMPLOYERS = ("signatory", "contact_person")


@dataclass
class Applicant:
    """An organisation on its way, with what it has been answered so far."""

    who: Organisation
    values_version: str
    known: dict[str, Any] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)  # by their number in the diary

    async def do(self, act: Act, services: Mapping[str, Callers]) -> None:
        """Do it; Refused when the service doesn't."""
        call = ACTS[act.does]
        facts = dict(act.facts)
        commitment, place = facts.pop("commitment", None), facts.pop("place", None)
        names = self.known | self.commitment(commitment) | self.place(place)
        body = facts | self.body(act.does, names)
        body |= {call.day: act.happened_on.isoformat()} if call.day else {}
        own = self.known.get("organisation_id") if call.role in EMPLOYERS else None
        path = call.path.format(**names)
        read = self.known["version"] if act.does == "share" else None
        found = await services[call.service].on_network(
            call.role, call.method, path, body=body, version=read, organisation=own
        )
        self.remember(place, found)

    def remember(self, place: int | None, found: Mapping[str, Any]) -> None:
        if place is not None:
            self.places[place] = found["place_id"]
        self.known |= {name: found[name] for name in REMEMBERED if found.get(name)}

    def commitment(self, place: int | None) -> dict[str, str]:
        if place is None:
            return {}
        return {"commitment_id": self.known["commitments"][place]["commitment_id"]}

    def place(self, number: int | None) -> dict[str, str]:
        return {"place_id": self.places[number]} if number in self.places else {}

    def body(self, does: str, names: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is said by who one is and what one has read, not by the story."""
        if does == "apply":
            return {name: fact for name, fact in asdict(self.who).items() if name != "story"}
        if does == "declare":
            values = ("non_discrimination", "gender_equality", "equality", "human_rights")
            return dict.fromkeys(values, True) | {"text_version": self.values_version}
        if does in {"sign", "countersign"}:
            return {"text_hash": self.known["text_hash"]}
        if does == "offer_place":
            return {"commitment_id": names["commitment_id"]}
        return {}
