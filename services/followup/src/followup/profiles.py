"""What followup knows of a network: its words for what is promised, and for how placements end."""

from pydantic import field_validator

from followup.rules.masking import OUTCOMES
from jobbpakten_events import Code
from shared.networks.profiles import NetworkProfile, Part, Texts


class Own(Part):
    """What `followup.yaml` says."""

    placements: dict[Code, Texts]

    @field_validator("placements")
    @classmethod
    def refuse_to_leave_one_out(cls, said: dict[str, Texts]) -> dict[str, Texts]:
        if {*said} != {*OUTCOMES}:
            raise ValueError(f"name each of {', '.join(OUTCOMES)}, and no other")
        return said


class Profile(NetworkProfile, Own):
    """One network, for followup."""

    own, file = Own, "followup.yaml"

    def called(self, code: str, of: str, language: str) -> str | None:
        """Return the network's own word for a code, of a kind such as `offer`; None without one."""
        if of == "network":
            return self.name
        if of == "offer" and code in self.offers:
            return self.offers[code].text.said_in(language)
        if of == "outcome" and code in self.placements:
            return self.placements[code].said_in(language)
        return None
