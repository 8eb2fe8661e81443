"""The employer answers about the candidate whom it is shown."""

from uuid import UUID

from jobbpakten_events.matching import EmployerAnswered
from matching.commands.consequences import lock_current_match
from matching.commands.locks import HeldMatch
from matching.commands.places import slots
from matching.models import Consent, Match
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.access import is_at
from matching.rules.consent import check_answered_in_time, check_answered_now, is_live, last_chance
from matching.rules.match import MATCH, SHOWN
from shared.http.acts import Act
from shared.machines import NotFound, Unfit, advance
from shared.messaging import outbox
from shared.time import clock


async def hold_shown(act: Act[Profile], match_id: UUID) -> tuple[HeldMatch, Consent]:
    """Take a match that the employer may see at this moment; NotFound for whatever else."""
    read = await act.tx.get(Match, match_id)
    if read is None or read.network != act.network or not is_at(act.caller, read.organisation_id):
        raise NotFound
    held = await lock_current_match(act.tx, read)
    consent = await queries.consent_of(act.tx, match_id)
    if consent is None or not is_live(consent, await clock.today(act.tx)):
        raise NotFound
    if held.match.state not in SHOWN or not held.candidate.visible:
        raise NotFound
    return held, consent


async def answer(act: Act[Profile], match_id: UUID, says: str, ground: str | None) -> Match:
    """Record the employer's yes, or its no on one of the profile's grounds: the slot is free."""
    held, consent = await hold_shown(act, match_id)
    match, until = held.match, last_chance(held.place.ends_before, consent.until)
    check_answered_now(act.on, await clock.today(act.tx))
    asked_until, by = match.deadline, f"answer_{says}"
    advance(match, MATCH, by, act.caller.role, act.on, limits=act.profile, until=until)
    check_answered_in_time(act.on, asked_until)
    check_ground(says, ground, act.profile)
    match.declined_by_employer = ground
    event = EmployerAnswered.from_row(match, match_id=match.id, answer=says, act_by=match.deadline)
    await outbox.tell(act.tx, event, on=act.on)
    if says == "no":
        await slots.free(act.tx, held.place, match.id, act.on)
    return match


def check_ground(says: str, ground: str | None, profile: Profile) -> None:
    if says == "yes" and ground is not None:
        raise Unfit("/ground", "ground_without_no", "Only a no has a ground.")
    if says == "no" and ground not in profile.employer_declines:
        raise Unfit("/ground", "unknown_ground", "A no names one of the profile's grounds.")
