"""The network itself: what it stands for, demands, offers and allows."""

from fastapi import APIRouter

from membership.api.acts import Network
from membership.profiles import Profile
from shared.access import Calling

router = APIRouter(prefix="/networks/{network}")


@router.get("", tags=["network"])
async def read_profile(caller: Calling, network: Network) -> Profile:  # noqa: ARG001 - admits
    """Give the network's profile."""
    return network
