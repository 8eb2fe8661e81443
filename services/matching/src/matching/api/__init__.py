"""HTTP in: one file for each aggregate, all under the network."""

from fastapi import APIRouter

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

router = APIRouter(prefix="/networks/{network}")
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
