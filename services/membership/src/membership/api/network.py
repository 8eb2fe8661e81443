"""The network itself: what it stands for, demands, offers and allows."""

from fastapi import APIRouter

from membership.api.acts import Network
from membership.profiles import Profile
from shared.http.docs import may

router = APIRouter(prefix="/networks/{network}")


@router.get("", tags=["network"], openapi_extra=may({"any"}))
async def read_profile(act: Network) -> Profile:
    """Give the network's profile."""
    return act.profile
