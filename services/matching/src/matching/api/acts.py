"""What matching's bodies share beyond `shared.acts`: its profile, and hours in words."""

from collections.abc import Collection
from typing import Annotated

from fastapi import Depends
from pydantic import AfterValidator, Field

from matching.profiles import Profile
from shared.acts import network_of
from shared.machines import NotFound

PAGE = 200
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS_OF_DAY = ("am", "pm", "ev")
HOURS = tuple(f"{day}_{part}" for day in DAYS for part in PARTS_OF_DAY)


async def banking(profile: Annotated[Profile, Depends(network_of)]) -> Profile:
    """Give the profile of the network in the path; NotFound for one that keeps no bank."""
    if profile.bank == "none":
        raise NotFound
    return profile


def known_hours(words: list[str]) -> list[str]:
    if set(words) - {*HOURS}:
        raise ValueError("hours are mon_am, mon_pm, mon_ev … sun_ev")
    return words


def bits(words: Collection[str]) -> int:
    """Give hours as the bits that the tables and the engine hold."""
    return sum(1 << number for number, word in enumerate(HOURS) if word in words)


def words(schedule: int) -> list[str]:
    """Give the hours that the bits stand for, in the order of the week."""
    return [word for number, word in enumerate(HOURS) if schedule >> number & 1]


Network = Annotated[Profile, Depends(banking)]
Hours = Annotated[list[str], Field(max_length=len(HOURS)), AfterValidator(known_hours)]
