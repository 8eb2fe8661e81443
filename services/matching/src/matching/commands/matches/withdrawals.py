"""Caseworkers end a match: her no, the employer's no that is confirmed, our own withdrawal."""

from datetime import date
from uuid import UUID

from matching.commands.consequences import lock_match_to_end
from matching.commands.matches.consents import end_what_she_gave
from matching.commands.matches.transitions import end
from matching.models import Match
from matching.profiles import Profile
from matching.queries import match as queries
from matching.rules.match import CONSENTED
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import Unfit


async def refuse(tx: Tx, caller: Caller, profile: Profile, match_id: UUID, on: date) -> Match:
    """Record her no: without a reason, at no cost, and told as any match that is withdrawn.

    Once she has agreed, a moment or a month ago, it takes that back; it isn't refused for coming
    late.
    """
    held = await lock_match_to_end(tx, await queries.match(tx, caller, profile.network, match_id))
    if held.match.state in CONSENTED or not held.match.open:
        return await end_what_she_gave(tx, caller, held, "word", on)
    await end(tx, held.match, held.place, "refuse", caller.role, on)
    return held.match


async def confirm(tx: Tx, caller: Caller, profile: Profile, match_id: UUID, on: date) -> Match:
    """Confirm the employer's no: the match is over; its slot is free since the no."""
    return await end_by(tx, caller, profile, match_id, "confirm", on)


async def withdraw(
    tx: Tx, caller: Caller, profile: Profile, match_id: UUID, ground: str, on: date
) -> Match:
    """Withdraw a match that isn't accepted; the ground is one of the profile's, for colleagues."""
    if ground not in profile.withdrawals:
        raise Unfit("/ground", "unknown_ground", "A withdrawal names one of the profile's grounds.")
    return await end_by(tx, caller, profile, match_id, "withdraw", on, ground)


async def end_by(
    tx: Tx,
    caller: Caller,
    profile: Profile,
    match_id: UUID,
    by: str,
    on: date,
    because: str | None = None,
) -> Match:
    held = await lock_match_to_end(tx, await queries.match(tx, caller, profile.network, match_id))
    await end(tx, held.match, held.place, by, caller.role, on, because)
    return held.match
