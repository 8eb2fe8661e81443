"""HTTP in: one file for each aggregate, all under the network."""

from fastapi import APIRouter

from matching import disclosure
from matching.api import (
    candidate,
    contact,
    ending,
    fact,
    importing,
    place,
    placement,
    run,
)
from matching.api.matches import answer, consent, match
from matching.profiles import Profile
from shared.http.networks import reading

router = reading(Profile | disclosure.EmployersProfile, disclosure.profile_for)
PARTS: tuple[APIRouter, ...] = (
    candidate.router,
    fact.router,
    contact.router,
    importing.router,
    place.router,
    run.router,
    match.router,
    consent.router,
    answer.router,
    placement.router,
    ending.router,
)
for part in PARTS:
    router.include_router(part)

__all__ = ["router"]
