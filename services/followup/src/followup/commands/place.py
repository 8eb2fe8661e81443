"""Remember the places that were opened under a promise, and closed."""

from typing import Any

from followup.commands.commitment import progress
from followup.commands.upserts import upsert
from followup.models import Commitment
from jobbpakten_events import Envelope
from jobbpakten_events.matching import PlaceClosed, PlaceOpened
from shared.database import Tx


async def note_opening(tx: Tx, opened: PlaceOpened, about: Envelope) -> None:
    facts = {"offer": opened.offer, "slots": opened.slots, "opened_on": about.occurredat}
    await note(tx, opened, facts)


async def note_closing(tx: Tx, closed: PlaceClosed, about: Envelope) -> None:
    await note(tx, closed, {"closed_on": about.occurredat})


async def note(tx: Tx, event: PlaceOpened | PlaceClosed, facts: dict[str, Any]) -> None:
    """Remember it, even under a promise not yet heard of."""
    of = {"id": event.place_id, "commitment_id": event.commitment_id}
    await upsert(tx, "places", of if "slots" in facts else of | {"slots": 0}, facts)
    await progress(tx, await tx.get_one(Commitment, event.commitment_id))
