"""Contacts of candidates over HTTP, all at once and without a person in sight."""

from fastapi import APIRouter

from matching.api.acts import WithCandidates
from matching.commands.candidates import recipients as commands
from matching.rules.access import TELLS_AGAIN
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import View

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=IdempotentRoute)


class Told(View):
    told: int


@router.post("/retelling", status_code=201, openapi_extra=may(TELLS_AGAIN))
async def tell_again(act: WithCandidates) -> Told:
    """Tell notifications about every participant named here anew: after a change of its key.

    Whoever may be named no more is forgotten. The rows of all candidates are held meanwhile, some
    seconds for a thousand.
    """
    return Told(told=await commands.tell_again(act))
