"""HTTP in: the network, the notices for the staff, the page behind a mail's link."""

from fastapi import APIRouter

from notifications.api import notices, tasks
from shared.http.networks import reading
from shared.networks.profiles import NetworkProfile

router = APIRouter()
router.include_router(reading(NetworkProfile))
router.include_router(notices.router)
router.include_router(tasks.router)

__all__ = ["router"]
