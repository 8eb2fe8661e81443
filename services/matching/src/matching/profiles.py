"""What matching knows of a network: facts and requirements, offers, grounds, limits, deadlines."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from jobbpakten_events import Code
from matching.rules.fact import OF_PROTECTION
from matching.rules.match import ENDS, UNTOLD
from shared.database import Tx
from shared.networks import profiles
from shared.networks.profiles import Count, Limit, NetworkProfile, Part, Texts, Timed
from shared.people.vaults import SMALL

Requirement = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,19}:[a-z0-9_]{1,39}$")]


class Deadlines(Part):
    """The limits that the machines name."""

    facts: Limit  # until a candidate's missing facts are found out
    visible: Limit  # until a visible candidate is looked at again
    place: Limit  # until a place is refreshed
    union: Limit
    proposal: Limit  # until the candidate is asked
    candidate_answer: Limit
    release: Limit  # from her yes until the employer is asked
    employer_answer: Limit
    confirmation: Limit
    preparation: Limit  # from accepted until ready
    start: Limit
    end: Limit  # from the planned end until it is recorded


class FactRule(Part):
    """A fact that has to be TRUE before a candidate is visible."""

    text: Texts
    sources: Annotated[list[Code], Field(min_length=1)]  # the only ones that can make it TRUE
    good_for: Limit | None = None  # after that it is unknown again


class Lasting(Part):
    """How long a placement of this kind may last."""

    longest: Limit


class Offer(profiles.Offer, Lasting):
    """What is kept by placements, and how long one of them may last."""


class End(Part):
    """What a match's end is called, and whether the candidate, if she was asked, is told of it."""

    text: Texts
    tells_the_candidate: bool


class Decline(End):
    """Why an employer says no; `follows` is the caseworker's next thought, as a code."""

    follows: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{1,39})?$")] = ""


class Departure(Part):
    """Why a candidate leaves the bank, and whether it is for a livelihood of their own."""

    text: Texts
    own_livelihood: bool


class Between(Part):
    """From, and to, with both ends."""

    at_least: Count
    at_most: Count

    @model_validator(mode="after")
    def is_a_span(self) -> Self:
        if self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most")
        return self


class Limits(Part):
    """The most that may be open at once."""

    matches_of_candidate: Count
    matches_at_place: Count
    candidate_answer_days: Between  # set by the caseworker


class Own(Timed):
    """What `matching.yaml` says."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    decided_on: Annotated[date, Field(strict=False)]  # when the board decided these rules
    groups: Annotated[dict[Code, Texts], Field(min_length=1)]  # in the order of priority
    areas: Annotated[dict[Code, Texts], Field(min_length=1)]
    facts: Annotated[dict[Code, FactRule], Field(min_length=1)]
    requirements: Annotated[dict[Requirement, Texts], Field(min_length=1)]
    adaptations: Annotated[dict[Code, Texts], Field(min_length=1)]
    consent_fields: Annotated[dict[Code, Texts], Field(min_length=1)]
    employer_declines: Annotated[dict[Code, Decline], Field(min_length=1)]
    ends: dict[Code, End]
    withdrawals: Annotated[dict[Code, Texts], Field(min_length=1)]
    departures: Annotated[dict[Code, Departure], Field(min_length=1)]
    interruptions: Annotated[dict[Code, Texts], Field(min_length=1)]
    offers: Annotated[Mapping[Code, Lasting], Field(min_length=1)]
    limits: Limits
    deadlines: Deadlines

    @field_validator("adaptations")
    @classmethod
    def refuse_more_than_is_sealed_alike(cls, known: dict[str, Texts]) -> dict[str, Texts]:
        """Whoever needs all of them lies sealed at the same length as who needs none."""
        if len(json.dumps([sorted(known), ""])) > SMALL:
            raise ValueError(f"all their codes together are longer than {SMALL} letters")
        return known

    @field_validator("facts")
    @classmethod
    def refuse_to_forget_protection(cls, said: dict[str, FactRule]) -> dict[str, FactRule]:
        """Nobody is seen without these: a network that forgets them would show nobody, ever."""
        if missing := OF_PROTECTION - said.keys():
            raise ValueError(f"{', '.join(sorted(missing))} is asked for in every network")
        return said

    @field_validator("ends")
    @classmethod
    def refuse_to_tell_a_candidates_no(cls, said: dict[str, End]) -> dict[str, End]:
        """Have every end named, and none told of a candidate's own no, or of what looks like it."""
        if {*said} != {*ENDS}:
            raise ValueError(f"name each of {', '.join(ENDS)}, and no other")
        if told := [code for code in UNTOLD if said[code].tells_the_candidate]:
            raise ValueError(f"{' and '.join(told)}: the caseworker's to know in every network")
        return said


class Profile(NetworkProfile, Own):
    """One network, for matching."""

    own, file = Own, "matching.yaml"
    own_offers = frozenset({"placement"})
    is_of_a_bank = True

    offers: Annotated[Mapping[Code, Offer], Field(min_length=1)]

    def ends_by(self, offer: str, starts_on: date) -> date:
        """Return before which day a placement that begins on a day ends at the latest.

        An offer may have left the profile since a place was opened: then the place's days decide.
        """
        known = self.offers.get(offer)
        return known.longest.after(starts_on) if known else date.max

    @property
    def rules_key(self) -> str:
        """Name the rules that decide who is visible: changed ones never pass for those before.

        The version is the board's, and nobody has to remember it. What a fact is called is no rule.
        """
        facts = {code: rule.model_dump(exclude={"text"}) for code, rule in self.facts.items()}
        decide = json.dumps([facts, sorted(OF_PROTECTION)], sort_keys=True).encode()
        return f"{self.version} {hashlib.sha256(decide).hexdigest()[:12]}"

    @classmethod
    def of_release_before(cls, said: dict[str, Any]) -> dict[str, Any]:
        languages = said["languages"]
        offers = {
            code: offer | {"text": plainly(code, languages), "kept_by": "placement"}
            for code, offer in said["offers"].items()
        }
        declines = {
            code: {"text": text} | DECLINES_BEFORE.get(code, {"tells_the_candidate": False})
            for code, text in said["employer_declines"].items()
        }
        told = {"employer_no", "expired", "superseded"}
        ends = {
            code: {"text": plainly(code, languages), "tells_the_candidate": code in told}
            for code in ENDS
        }
        left = ("own_livelihood", "moved", "not_entitled", "not_wanted", "other")
        departures = {
            code: {"text": plainly(code, languages), "own_livelihood": code == left[0]}
            for code in left
        }
        withdrawals = {"other": plainly("other", languages)}
        more = {"offers": offers, "employer_declines": declines, "ends": ends}
        more |= {"departures": departures}
        said = NOT_SAID_BEFORE | {"name": said["network"], "withdrawals": withdrawals} | said
        return super().of_release_before(said | more)


# What was in the code, and what matching's profiles of the release before didn't have.
DECLINES_BEFORE: dict[str, dict[str, Any]] = {
    "filled_otherwise": {"tells_the_candidate": True, "follows": "ask_whether_slots_are_left"},
    "other_skills": {"tells_the_candidate": False, "follows": "look_at_the_requirements"},
    "no_supervisor": {"tells_the_candidate": True, "follows": "ask_whether_to_pause_the_place"},
    "need_gone": {"tells_the_candidate": True, "follows": "ask_whether_to_close_the_place"},
}
NOT_SAID_BEFORE: dict[str, Any] = {
    "motto": "not said",
    "municipality": {"code": "0000", "name": "not said"},
    "values": {"version": "not-said", "not_said": {"sv": "not said"}},
}


def plainly(code: str, languages: list[str]) -> dict[str, str]:
    return dict.fromkeys(languages, code.replace("_", " ").capitalize())


def profile_of(tx: Tx, network: str) -> Profile:
    """Return a network's profile, for what acts without a call; KeyError if it isn't run here."""
    found: Profile = tx.networks[network]
    return found
