"""What membership knows of a network: its values, demands, grounds, offers and deadlines."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from jobbpakten_events import Code
from shared.networks import profiles
from shared.networks.profiles import Count, Limit, NetworkProfile, Part, Texts, Timed


class Deadlines(Part):
    """The limits that the machines name."""

    completion: Limit
    vetting: Limit
    agreement: Limit
    term: Limit
    suspension: Limit
    review: Limit = Field(description="For asking that a refusal be reviewed.")


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


class Allowed(Part):
    """How much of an offer a member may promise, by its size."""

    at_most: Sizes


class Offer(profiles.Offer, Allowed):
    """What a member can promise, how a unit of it is kept, and how much by size."""


class Own(Timed):
    """What `membership.yaml` says."""

    checklist: Annotated[dict[Code, Texts], Field(min_length=1)]
    refusal_grounds: Annotated[dict[Code, RefusalGround], Field(min_length=1)]
    suspension_grounds: Annotated[dict[Code, Ground], Field(min_length=1)]
    renegotiation_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    release_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    offers: Annotated[Mapping[Code, Allowed], Field(min_length=1)]
    deadlines: Deadlines


class Profile(NetworkProfile, Own):
    """One network."""

    own, file = Own, "membership.yaml"
    own_offers = frozenset({"activity", "placement"})

    offers: Annotated[Mapping[Code, Offer], Field(min_length=1)]

    def review(self, ground: str | None, state: str = "rejected") -> Texts | None:
        """Return how a decision on a ground is reviewed; None without one, or if it is no more."""
        suspended = state == "suspended"
        grounds = {**(self.suspension_grounds if suspended else self.refusal_grounds)}
        found = grounds.get(ground or "")
        return found.review if found else None

    def limits(self, size: str) -> dict[str, int]:
        """Return the most units of each offer that is open to an organisation of this size."""
        most = {code: getattr(offer.at_most, size) for code, offer in self.offers.items()}
        return {code: units for code, units in most.items() if units}

    @classmethod
    def of_release_before(cls, said: dict[str, Any]) -> dict[str, Any]:
        deadlines = {"review": {"weeks": 3}} | said.get("deadlines", {})
        return super().of_release_before({"units": {}} | said | {"deadlines": deadlines})
