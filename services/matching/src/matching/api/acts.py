"""What matching's calls share beyond `shared.http`: acts by which bank a network has, and hours."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, Field

from matching.profiles import Profile
from matching.rules.hours import HOURS, bits, words
from shared.http.acts import Act, acting
from shared.machines import NotFound

__all__ = ["Hours", "WithBoth", "WithCandidates", "WithPlaces", "bits", "words"]


def keeping(*banks: str) -> Callable[..., Awaitable[Act[Profile]]]:
    """Make what gives the call's act in the path's network; NotFound where the bank is another."""

    async def act_of(act: Annotated[Act[Profile], Depends(acting)]) -> Act[Profile]:
        if act.profile.bank not in banks:
            raise NotFound
        return act

    return act_of


def known_hours(said: list[str]) -> list[str]:
    if set(said) - {*HOURS}:
        raise ValueError("hours are mon_am, mon_pm, mon_ev … sun_ev")
    return said


WithCandidates = Annotated[Act[Profile], Depends(keeping("candidates", "both"))]
WithPlaces = Annotated[Act[Profile], Depends(keeping("places", "both"))]
WithBoth = Annotated[Act[Profile], Depends(keeping("both"))]
Hours = Annotated[
    list[str],
    Field(max_length=len(HOURS), examples=[["mon_am", "tue_am"]]),
    AfterValidator(known_hours),
]
