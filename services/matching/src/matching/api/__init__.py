"""HTTP in: one file for each aggregate, all under the network."""

from fastapi import APIRouter

router = APIRouter(prefix="/networks/{network}")
PARTS: tuple[APIRouter, ...] = ()  # `candidate.router` and so on
for part in PARTS:
    router.include_router(part)

__all__ = ["router"]
