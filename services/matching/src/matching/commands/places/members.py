"""What becomes of a member's places when it is suspended, is back, or has left: each by itself.

That it is so counts as soon as it is heard, however large the member: its open matches are void,
and nothing begins there. What follows is done in parts: the first when it is heard, the others, and
what can't be done at present, by the clock. It asks which places stand otherwise than their members
do, and which matches are void.
"""

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from sqlmodel import col

from matching.commands.locks import lock_places
from matching.commands.matches import transitions
from matching.commands.places import closings
from matching.commands.places.pauses import lift, pause_for
from matching.models import Match, Member
from matching.queries import match as match_queries
from matching.queries import place as queries
from matching.rules.place import LIVING
from shared.any_of import among
from shared.database import Tx
from shared.savepoints import each_by_itself


async def follow_members(tx: Tx, _: date) -> int:
    """Bring places in line with their members, where that failed before; give how many."""
    at = await queries.out_of_line(tx)
    free = await queries.lock_free(tx, [place_id for place_id, _ in at])
    done = await stand_as_members(tx, [one for one in at if one[0] in free])
    found = await match_queries.at_suspended(tx)
    free = await queries.lock_free(tx, {place_id for _, place_id, _ in found})
    return done + await transitions.end_these(tx, [m for m in found if m[1] in free], end_match)


async def follow(tx: Tx, membership_id: UUID) -> None:
    """Close, pause or bring back a member's places; end the matches where it is suspended.

    As many as a part holds. The matches of all are void at once, whatever is told later: a member
    that is back before the last part keeps none that was open when it was suspended.
    """
    at = await queries.of_member(tx, membership_id)
    await queries.lock_unread(tx, [place_id for place_id, _ in at])
    await let_matches_be_void(tx, membership_id, [place_id for place_id, _ in at])
    part = await queries.part_of(tx, at)
    await stand_as_members(tx, part)
    void = await match_queries.void_at(tx, [place_id for place_id, _ in part])
    await transitions.end_these(tx, void)


async def let_matches_be_void(tx: Tx, membership_id: UUID, place_ids: Collection[UUID]) -> None:
    """Let nobody be shown anything, nor any match go on, at a member that is none at present."""
    member = await tx.get_one(Member, membership_id, populate_existing=True)
    there = among(col(Match.place_id), place_ids)
    if member.ended_on:
        await transitions.make_void(tx, there, "place_withdrawn", member.ended_on)
    elif member.suspended_on:
        await transitions.make_void(tx, there, "member_suspended", member.suspended_on)


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


async def end_match(tx: Tx, match_id: UUID) -> None:
    """End an open match at a suspended member's place; who works there stays."""
    found, place = await transitions.caught_up(tx, match_id)
    member = await tx.get_one(Member, place.membership_id, populate_existing=True)
    if found.open and member.suspended_on:
        await transitions.withdraw_one(tx, found, place, "member_suspended", member.suspended_on)
