"""Contacts of candidates over HTTP, all at once and without a person in sight."""

from fastapi import APIRouter

from matching.api.acts import WithCandidates
from matching.commands import recipient as commands
from shared.access import Calling
from shared.acts import View
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/contacts", tags=["contacts"], route_class=Once)


class Told(View):
    told: int


@router.post("/retelling", status_code=201)
async def tell_again(caller: Calling, network: WithCandidates, tx: Tx) -> Told:
    """Tell notifications about every participant named here anew: after a change of its key."""
    return Told(told=await commands.tell_again(tx, caller, network))
