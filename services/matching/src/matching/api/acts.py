"""What matching's bodies share beyond `shared.http.requests`: its profile, and hours in words."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, Field

from matching.profiles import Profile
from matching.rules.hours import HOURS, bits, words
from shared.http.requests import network_of
from shared.machines import NotFound

__all__ = ["PAGE", "Hours", "WithBoth", "WithCandidates", "WithPlaces", "bits", "words"]

PAGE = 200


def keeping(*banks: str) -> Callable[..., Awaitable[Profile]]:
    """Make what gives the profile of the path's network; NotFound where the bank is another."""

    async def profile_of(profile: Annotated[Profile, Depends(network_of)]) -> Profile:
        if profile.bank not in banks:
            raise NotFound
        return profile

    return profile_of


def known_hours(said: list[str]) -> list[str]:
    if set(said) - {*HOURS}:
        raise ValueError("hours are mon_am, mon_pm, mon_ev … sun_ev")
    return said


WithCandidates = Annotated[Profile, Depends(keeping("candidates", "both"))]
WithPlaces = Annotated[Profile, Depends(keeping("places", "both"))]
WithBoth = Annotated[Profile, Depends(keeping("both"))]
Hours = Annotated[
    list[str],
    Field(max_length=len(HOURS), examples=[["mon_am", "tue_am"]]),
    AfterValidator(known_hours),
]
