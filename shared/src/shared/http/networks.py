"""The network itself over HTTP: what a service goes by in it, to whoever may call there."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from shared.http.acts import Act, acting
from shared.http.docs import may
from shared.networks.profiles import Network


def whole(act: Act[Any]) -> Network:
    found: Network = act.profile
    return found


def reading(kind: Any, part_for: Callable[[Act[Any]], Network] = whole) -> APIRouter:
    """Make the call that gives a network's profile, or the part of it that is for the caller.

    `kind` describes the answer. What else there is of a network may be included in the router.
    """
    router = APIRouter(prefix="/networks/{network}")

    @router.get("", tags=["network"], response_model=kind, openapi_extra=may({"any"}))
    async def read_network(act: Annotated[Act[Any], Depends(acting)]) -> Any:
        """Give what this service goes by in the network: codes, with texts in its languages."""
        return part_for(act)

    return router
