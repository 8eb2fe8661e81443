"""The employer answers about the candidate whom it is shown."""

from datetime import date
from uuid import UUID

from jobbpakten_events.matching import EmployerAnswered
from matching.commands.consequences import lock_current_match
from matching.commands.locks import HeldMatch
from matching.commands.matches.transitions import advance
from matching.commands.places import slots
from matching.models import Match
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.access import is_at
from matching.rules.consent import check_answered_in_time, check_answered_now, is_live
from matching.rules.match import SHOWN
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotFound, Unfit
from shared.messaging import outbox
from shared.time import clock


async def hold_shown(tx: Tx, caller: Caller, network: str, match_id: UUID) -> HeldMatch:
    """Take a match that the employer may see at this moment; NotFound for whatever else."""
    read = await tx.get(Match, match_id)
    if read is None or read.network != network or not is_at(caller, read.organisation_id):
        raise NotFound
    held = await lock_current_match(tx, read)
    consent = await queries.consent_of(tx, match_id)
    consented = is_live(consent, await clock.today(tx))
    if held.match.state not in SHOWN or not consented or not held.candidate.visible:
        raise NotFound
    return held


async def answer(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    match_id: UUID,
    says: str,
    ground: str | None,
    on: date,
) -> Match:
    """Record the employer's yes, or its no on one of the profile's grounds: the slot is free."""
    held = await hold_shown(tx, caller, profile.network, match_id)
    match = held.match
    check_answered_now(on, await clock.today(tx))
    asked_until = match.deadline
    advance(match, f"answer_{says}", caller.role, profile, on)
    check_answered_in_time(on, asked_until)
    check_ground(says, ground, profile)
    match.declined_by_employer = ground
    event = EmployerAnswered(
        match_id=match.id,
        place_id=match.place_id,
        organisation_id=match.organisation_id,
        unit=match.unit,
        answer=says,
        act_by=match.deadline,
    )
    await outbox.tell(tx, event, on=on)
    if says == "no":
        await slots.release(tx, held.place, match.id, on)
    return match


def check_ground(says: str, ground: str | None, profile: Profile) -> None:
    if says == "yes" and ground is not None:
        raise Unfit("/ground", "ground_without_no", "Only a no has a ground.")
    if says == "no" and ground not in profile.employer_declines:
        raise Unfit("/ground", "unknown_ground", "A no names one of the profile's grounds.")
