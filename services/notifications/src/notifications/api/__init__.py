"""HTTP in: the notices for the staff, and the page behind a mail's link for whoever has it."""

from fastapi import APIRouter

from notifications.api import notices, tasks

router = APIRouter()
router.include_router(notices.router)
router.include_router(tasks.router)

__all__ = ["router"]
