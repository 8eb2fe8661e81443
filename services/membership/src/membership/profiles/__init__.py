"""What membership knows of a network: its values, demands, grounds, offers and deadlines."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from jobbpakten_events import Code
from shared import profiles
from shared.profiles import Count, Limit, NetworkProfile, Part, Texts

SHIPPED = Path(__file__).parent


class Deadlines(Part):
    """The limits that the machines name."""

    completion: Limit
    vetting: Limit
    agreement: Limit
    term: Limit
    suspension: Limit


class Values(Part):
    """What every member stands behind, in one wording."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    non_discrimination: Texts
    gender_equality: Texts
    equality: Texts
    human_rights: Texts


class Ground(Part):
    """Why the municipality may decide against somebody, and who reviews it."""

    text: Texts
    review: Texts


class RefusalGround(Ground):
    """Why an application may be refused, with the answer that it rests on."""

    rests_on: Literal["no", "unknown"]


class Sizes(Part):
    """The most units that an organisation of each size may promise."""

    micro: Count | None = None
    small: Count | None = None
    medium: Count | None = None
    large: Count | None = None


class Offer(Part):
    """What a member can promise, how a unit of it is kept, and how much by size."""

    text: Texts
    kept_by: Literal["placement", "activity"]
    at_most: Sizes


class Municipality(Part):
    code: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    name: str


class Profile(NetworkProfile):
    """One network."""

    name: str
    motto: str
    municipality: Municipality
    bank: Literal["none", "candidates", "places", "both"]
    values: Values
    checklist: Annotated[dict[Code, Texts], Field(min_length=1)]
    refusal_grounds: Annotated[dict[Code, RefusalGround], Field(min_length=1)]
    suspension_grounds: Annotated[dict[Code, Ground], Field(min_length=1)]
    renegotiation_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    release_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    offers: Annotated[dict[Code, Offer], Field(min_length=1)]
    deadlines: Deadlines

    def review(self, ground: str | None, state: str = "rejected") -> Texts | None:
        """Give how a decision on a ground is reviewed; None without one, or if it is no more."""
        suspended = state == "suspended"
        grounds = {**(self.suspension_grounds if suspended else self.refusal_grounds)}
        found = grounds.get(ground or "")
        return found.review if found else None

    def limits(self, size: str) -> dict[str, int]:
        """Give the most units of each offer that is open to an organisation of this size."""
        most = {code: getattr(offer.at_most, size) for code, offer in self.offers.items()}
        return {code: units for code, units in most.items() if units}


def load(folder: str = "") -> dict[str, Profile]:
    """Read all profiles of a folder, by the networks' names; the shipped ones by default."""
    return profiles.load(Profile, Path(folder) if folder else SHIPPED)
