"""What matching knows of a network: facts and requirements, offers, grounds, limits, deadlines."""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from jobbpakten_events import Code
from matching.rules.fact import OF_PROTECTION
from shared import profiles
from shared.people.vaults import SMALL
from shared.profiles import Count, Limit, NetworkProfile, Part, Texts

SHIPPED = Path(__file__).parent

Requirement = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,19}:[a-z0-9_]{1,39}$")]


OTHERS = {"other": Texts({"sv": "Annan orsak", "en": "Another reason"})}


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


class Offer(Part):
    """How long a placement of this kind may last."""

    longest: Limit


class Between(Part):
    """From, and to, with both ends."""

    at_least: Count
    at_most: Count


class Limits(Part):
    """The most that may be open at once."""

    matches_of_candidate: Count
    matches_at_place: Count
    candidate_answer_days: Between  # set by the caseworker


class Profile(NetworkProfile):
    """One network, for matching."""

    bank: Literal["none", "candidates", "places", "both"]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    decided_on: Annotated[date, Field(strict=False)]  # when the board decided these rules
    units: Annotated[dict[Code, Texts], Field(min_length=1)]
    groups: Annotated[dict[Code, Texts], Field(min_length=1)]  # in the order of priority
    areas: Annotated[dict[Code, Texts], Field(min_length=1)]
    facts: Annotated[dict[Code, FactRule], Field(min_length=1)]
    requirements: Annotated[dict[Requirement, Texts], Field(min_length=1)]
    adaptations: Annotated[dict[Code, Texts], Field(min_length=1)]
    consent_fields: Annotated[dict[Code, Texts], Field(min_length=1)]
    employer_declines: Annotated[dict[Code, Texts], Field(min_length=1)]
    # A profile of the release before names none; a release later it has to.
    withdrawals: Annotated[dict[Code, Texts], Field(min_length=1)] = OTHERS
    interruptions: Annotated[dict[Code, Texts], Field(min_length=1)]
    offers: Annotated[dict[Code, Offer], Field(min_length=1)]
    limits: Limits
    deadlines: Deadlines

    @field_validator("adaptations")
    @classmethod
    def refuse_more_than_is_sealed_alike(cls, known: dict[str, Texts]) -> dict[str, Texts]:
        """Whoever needs all of them lies sealed at the same length as who needs none."""
        if len(json.dumps([sorted(known), ""])) > SMALL:
            raise ValueError(f"all their codes together are longer than {SMALL} letters")
        return known

    @property
    def rules_key(self) -> str:
        """Name the rules that decide who is visible: changed ones never pass for those before.

        The version is the board's, and nobody has to remember it. What a fact is called is no rule.
        """
        facts = {code: rule.model_dump(exclude={"text"}) for code, rule in self.facts.items()}
        decide = json.dumps([facts, sorted(OF_PROTECTION)], sort_keys=True).encode()
        return f"{self.version} {hashlib.sha256(decide).hexdigest()[:12]}"


def load(folder: str = "") -> dict[str, Profile]:
    """Read all profiles of a folder, by the networks' names; the shipped ones by default."""
    return profiles.load(Profile, Path(folder) if folder else SHIPPED)
