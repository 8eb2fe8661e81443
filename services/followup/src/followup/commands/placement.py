"""Remember what became of placements, and, apart from that, whose they are."""

from collections.abc import Mapping
from typing import Any

from followup.commands.commitment import progress
from followup.commands.upserts import upsert
from followup.models import Commitment
from followup.rules.facts import Outcome
from jobbpakten_events import Envelope
from jobbpakten_events.matching import MatchAccepted
from jobbpakten_events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementPlanned,
    PlacementReady,
    PlacementStarted,
)
from shared.database import Tx

Ended = PlacementCompleted | PlacementPartlyCompleted | PlacementNoShow | PlacementInterrupted
# The events that differ in one word only, and that word.
OUTCOMES: Mapping[type[Ended], Outcome] = {
    PlacementCompleted: "completed",
    PlacementPartlyCompleted: "partly_completed",
    PlacementNoShow: "no_show",
    PlacementInterrupted: "interrupted",
}
Moving = PlacementPlanned | PlacementStarted | Ended
TOLD = {"commitment_id", "place_id", "offer", "starts_on", "ends_before", "last_day", "kept"}


async def note_acceptance(tx: Tx, accepted: MatchAccepted, _: Envelope) -> None:
    """Remember whose placement it will be; the reference goes nowhere else."""
    of = {"placement_id": accepted.placement_id, "candidate_ref": accepted.candidate_ref}
    await upsert(tx, "accepted_matches", of)


async def note_plan(tx: Tx, planned: PlacementPlanned, about: Envelope) -> None:
    await note_move(tx, planned, about, planned_on=about.occurredat)


async def note_readiness(tx: Tx, ready: PlacementReady, about: Envelope) -> None:
    """Remember it; it moves nothing in a ledger."""
    await note(tx, ready, about, ready_on=about.occurredat)


async def note_start(tx: Tx, started: PlacementStarted, about: Envelope) -> None:
    await note_move(tx, started, about, started_on=about.occurredat)


async def note_end(tx: Tx, ended: Ended, about: Envelope) -> None:
    outcome = OUTCOMES[type(ended)]
    await note_move(tx, ended, about, ended_on=about.occurredat, outcome=outcome)


async def note_move(tx: Tx, event: Moving, about: Envelope, **facts: Any) -> None:
    await note(tx, event, about, **facts)
    await progress(tx, await tx.get_one(Commitment, event.commitment_id))


async def note(tx: Tx, event: Moving | PlacementReady, about: Envelope, **facts: Any) -> None:
    """Remember what the event says of the placement, whichever came first."""
    facts |= event.model_dump(include=TOLD)
    await upsert(tx, "placements", {"id": event.placement_id, "network": about.network}, facts)
