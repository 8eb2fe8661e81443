"""Caseworkers end a match: her no, the employer's no that is confirmed, our own withdrawal."""

from uuid import UUID

from matching.commands.consequences import lock_match_to_end
from matching.commands.matches.consents import end_given_consent
from matching.commands.matches.transitions import end
from matching.models import Match
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.match import CONSENTED
from shared.http.acts import Act
from shared.machines import Unfit


async def refuse(act: Act[Profile], match_id: UUID) -> Match:
    """Record her no: without a reason, at no cost, and told as any match that is withdrawn.

    Once she has agreed, a moment or a month ago, it takes that back; it isn't refused for coming
    late.
    """
    held = await lock_match_to_end(act.tx, await queries.match(act, match_id))
    if held.match.state in CONSENTED or not held.match.open:
        return await end_given_consent(act, held, "word")
    await end(act.tx, held.match, held.place, "refuse", act.caller.role, act.on)
    return held.match


async def confirm(act: Act[Profile], match_id: UUID) -> Match:
    """Confirm the employer's no: the match is over; its slot is free since the no."""
    return await end_by(act, match_id, "confirm")


async def withdraw(act: Act[Profile], match_id: UUID, ground: str) -> Match:
    """Withdraw a match that isn't accepted; the ground is one of the profile's, for colleagues."""
    if ground not in act.profile.withdrawals:
        raise Unfit("/ground", "unknown_ground", "A withdrawal names one of the profile's grounds.")
    return await end_by(act, match_id, "withdraw", ground)


async def end_by(act: Act[Profile], match_id: UUID, by: str, because: str | None = None) -> Match:
    held = await lock_match_to_end(act.tx, await queries.match(act, match_id))
    await end(act.tx, held.match, held.place, by, act.caller.role, act.on, because)
    return held.match
