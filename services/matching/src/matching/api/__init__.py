"""HTTP in: one file for each aggregate, all under the network."""

from fastapi import APIRouter

from matching.api import place

router = APIRouter(prefix="/networks/{network}")
PARTS: tuple[APIRouter, ...] = (place.router,)
for part in PARTS:
    router.include_router(part)

__all__ = ["router"]
