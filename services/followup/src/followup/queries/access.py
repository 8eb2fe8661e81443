"""Who may read what: a thing is given, or isn't there."""

from uuid import UUID

from followup.models import Commitment, Member
from followup.rules import member as rules
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound


async def member_for(tx: Tx, network: str, membership_id: UUID, caller: Caller) -> Member:
    """Give the membership to whoever may read of it; NotFound for others."""
    member = await tx.get(Member, membership_id)
    if member is None or member.network != network or not may_read(caller, member):
        raise NotFound
    return member


async def commitment_for(tx: Tx, network: str, commitment_id: UUID, caller: Caller) -> Commitment:
    """Give the promise to whoever may read of its member; else NotFound."""
    found = await tx.get(Commitment, commitment_id)
    if found is None or found.network != network or found.told is None:
        raise NotFound
    if not may_read(caller, found):
        raise NotFound
    return found


def may_read(caller: Caller, thing: Member | Commitment) -> bool:
    return rules.may_read(caller.role, caller.organisation, thing.organisation_id)


def is_staff(caller: Caller) -> bool:
    return rules.is_staff(caller.role, caller.organisation)


def only_staff(caller: Caller) -> None:
    """Refuse whoever is no staff; the token's network was checked with it."""
    if not is_staff(caller):
        raise NotFound
