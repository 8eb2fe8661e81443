"""How places end: closed by hand, by the clock, or with their member; and how they stay alive."""

from datetime import date
from functools import partial
from uuid import UUID

from matching.commands.locks import lock_places
from matching.commands.matches import transitions
from matching.commands.places.offers import lock_place_for
from matching.commands.places.slots import renew, step, tell_closed
from matching.models import Place
from matching.profiles import Profile
from matching.queries import place as queries
from shared.database import Tx
from shared.http.acts import Act
from shared.savepoints import each_by_itself


async def refresh(act: Act[Profile], place_id: UUID) -> Place:
    """Record that the offer stands; the time until somebody has to say so again runs anew."""
    place = await lock_place_for(act, place_id)
    step(act.tx, place, "refresh", act.on, act.caller.role)
    place.refreshed_on = max(act.on, place.refreshed_on)
    renew(act.tx, place, place.refreshed_on)
    return place


async def close(act: Act[Profile], place_id: UUID) -> Place:
    """Take back an offer; who works there stays."""
    place = await lock_place_for(act, place_id)
    await end(act.tx, place, "withdrawn", act.on, act.caller.role)
    return place


async def close_what_is_over(tx: Tx, today: date) -> int:
    """Close the places whose last day has passed, or that nobody has renewed; give how many."""
    over = await queries.lock_over(tx, today)
    return await each_by_itself(tx, "places", over, partial(close_over, tx, today=today))


async def close_over(tx: Tx, place_id: UUID, today: date) -> None:
    (place,) = await lock_places(tx, [place_id])
    await end(tx, place, "ended" if place.ends_before <= today else "not_refreshed", today)


async def end(tx: Tx, place: Place, ground: str, on: date, role: str = "system") -> None:
    """Close a place and withdraw its open matches. Of one never opened nobody has heard."""
    opened = place.state != "under_review"
    step(tx, place, "end" if role == "system" else "close", on, role)
    place.paused_for = []
    if not opened:
        return
    await transitions.withdraw_at(tx, place, f"place_{ground}", on)
    await tell_closed(tx, place, ground, on)
