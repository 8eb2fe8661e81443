"""What matching's bodies share beyond `shared.acts`: its profile, and hours in words."""

from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, Field

from matching.profiles import Profile
from matching.rules.hours import HOURS, bits, words
from shared.acts import network_of
from shared.machines import NotFound

__all__ = ["PAGE", "Hours", "Network", "bits", "words"]

PAGE = 200


async def banking(profile: Annotated[Profile, Depends(network_of)]) -> Profile:
    """Give the profile of the network in the path; NotFound for one that keeps no bank."""
    if profile.bank == "none":
        raise NotFound
    return profile


def known_hours(said: list[str]) -> list[str]:
    if set(said) - {*HOURS}:
        raise ValueError("hours are mon_am, mon_pm, mon_ev … sun_ev")
    return said


Network = Annotated[Profile, Depends(banking)]
Hours = Annotated[list[str], Field(max_length=len(HOURS)), AfterValidator(known_hours)]
