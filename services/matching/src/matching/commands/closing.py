"""How places end: closed by hand, by the clock, or with their member; and how they stay alive."""

from collections.abc import Collection
from datetime import date
from functools import partial
from uuid import UUID

from matching.commands import match
from matching.commands.apart import by_itself
from matching.commands.place import locked, locked_for
from matching.commands.slot import renew, step, tell_closed
from matching.models import Place
from matching.profiles import Profile
from matching.queries import place as queries
from shared.access import Caller
from shared.database import Tx


async def refresh(tx: Tx, caller: Caller, profile: Profile, place_id: UUID, on: date) -> Place:
    """Record that the offer stands; the time until somebody has to say so again runs anew."""
    place = await locked_for(tx, caller, profile.network, place_id)
    step(tx, place, "refresh", on, caller.role)
    place.refreshed_on = max(on, place.refreshed_on)
    renew(tx, place, place.refreshed_on)
    return place


async def close(tx: Tx, caller: Caller, profile: Profile, place_id: UUID, on: date) -> Place:
    """Take back an offer; who works there stays."""
    place = await locked_for(tx, caller, profile.network, place_id)
    await end(tx, place, "withdrawn", on, caller.role)
    return place


async def close_what_is_over(tx: Tx, today: date) -> int:
    """Close the places whose last day has passed, or that nobody has renewed; give how many."""
    over = await locked(tx, await queries.over(tx, today))
    again = {*await queries.over(tx, today)}  # somebody may have renewed one while we waited
    closing = [(place.network, place.id) for place in over if place.id in again]
    done = [
        await by_itself(tx, network, place_id, partial(close_over, tx, place_id, today))
        for network, place_id in closing
    ]
    return sum(done)


async def close_over(tx: Tx, place_id: UUID, today: date) -> None:
    (place,) = await locked(tx, [place_id])
    await end(tx, place, "ended" if place.ends_before <= today else "not_refreshed", today)


async def close_with_member(tx: Tx, place_ids: Collection[UUID], on: date) -> None:
    """Close the places of an organisation that has left."""
    for place in await locked(tx, place_ids):
        if place.state != "closed":
            await end(tx, place, "withdrawn", on)


async def end(tx: Tx, place: Place, ground: str, on: date, role: str = "system") -> None:
    """Close a place and withdraw its open matches. Of one never opened nobody has heard."""
    opened = place.state != "under_review"
    step(tx, place, "end" if role == "system" else "close", on, role)
    place.paused_for = []
    if not opened:
        return
    await match.withdraw_at_places(tx, [place], f"place_{ground}", on)
    await tell_closed(tx, place, ground, on)
