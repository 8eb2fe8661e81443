"""What becomes of a member's places when it is suspended, is back, or has left: each by itself.

What can't be done when it is heard is done by the clock: it asks which places stand otherwise than
their members do.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID

from matching.commands.locks import lock_places
from matching.commands.matches import transitions
from matching.commands.places import closings
from matching.commands.places.pauses import lift, pause_for
from matching.models import Match, Member
from matching.queries import match as match_queries
from matching.queries import place as queries
from matching.rules.place import LIVING
from shared.database import Tx
from shared.savepoints import each_by_itself


async def follow_members(tx: Tx, _: date) -> int:
    """Bring places in line with their members, where that failed before; give how many."""
    at = await queries.out_of_line(tx)
    free = await queries.lock_free(tx, [place_id for place_id, _ in at])
    done = await stand_as_members(tx, [one for one in at if one[0] in free])
    found = await match_queries.at_suspended(tx, None)
    free = await queries.lock_free(tx, {place_id for _, place_id, _ in found})
    return done + await end_matches(tx, [one for one in found if one[1] in free])


async def follow(tx: Tx, membership_id: UUID) -> None:
    """Close, pause or bring back a member's places; end the matches where it is suspended."""
    at = await queries.of_member(tx, membership_id)
    ids = [place_id for place_id, _ in at]
    await queries.lock_unread(tx, ids)
    await stand_as_members(tx, at)
    await end_matches(tx, await match_queries.at_suspended(tx, ids))


async def stand_as_members(tx: Tx, at: Sequence[tuple[UUID, str]]) -> int:
    """Let places that are the caller's stand as their members do."""
    return await each_by_itself(tx, "places", at, partial(follow_one, tx))


async def follow_one(tx: Tx, place_id: UUID) -> None:
    """Let a place stand as its member does, from the day on which the member does."""
    (place,) = await lock_places(tx, [place_id])
    member = await tx.get_one(Member, place.membership_id, populate_existing=True)
    if member.ended_on:
        if place.state != "closed":
            await closings.end(tx, place, "withdrawn", member.ended_on)
    elif member.suspended_on and place.state in LIVING:
        await pause_for(tx, place, "member_suspended", member.suspended_on)
    elif member.reinstated_on and not member.suspended_on:
        await lift(tx, place, "member_suspended", member.reinstated_on)


async def end_matches(tx: Tx, found: Sequence[tuple[UUID, UUID, str]]) -> int:
    """End open matches at suspended members' places, held by the caller; who works there stays."""
    ending = ((match_id, network) for match_id, _, network in sorted(found, key=str))
    return await each_by_itself(tx, "matches", ending, partial(end_match, tx))


async def end_match(tx: Tx, match_id: UUID) -> None:
    found = await tx.get_one(Match, match_id, populate_existing=True)
    (place,) = await lock_places(tx, [found.place_id])
    member = await tx.get_one(Member, place.membership_id, populate_existing=True)
    if found.open and member.suspended_on:
        await transitions.withdraw_one(tx, found, place, "member_suspended", member.suspended_on)
