"""What matching tells about placements, to those who were granted to read it.

A placement says by itself that somebody at a workplace gets social assistance (OSL 2009:400, 26:1).
No event here refers to the person, and why one ended early stays inside.
"""

from typing import Annotated
from uuid import UUID

from jobbpakten_events import OPEN, Code, Count, Day, Event, Flag, says

TOPIC = "placement.v1"

PlacementId = Annotated[UUID, says("One person's time at one workplace.")]
PlaceId = Annotated[UUID, says("The place whose slot it uses.")]
CommitmentId = Annotated[UUID, says("The promise that it may keep a unit of.")]
OrganisationId = Annotated[UUID, says("Where it takes place.")]
Unit = Annotated[Code, says("Code of the municipal unit whose case it is.")]
Offer = Annotated[Code, says("Code of what was offered, such as internship.", OPEN)]
Area = Annotated[Code, says("Code of the part of the municipality.", OPEN)]
FirstDay = Annotated[Day, says("The first day.")]
EndsBefore = Annotated[Day, says("The day after the last day.")]
ActBy = Annotated[Day | None, says("The last day for what comes next.")]


class OfPlacement(Event, topic=TOPIC, about="placement_id"):
    """What a plan and an end say of the placement."""

    placement_id: PlacementId
    place_id: PlaceId
    commitment_id: CommitmentId
    organisation_id: OrganisationId
    unit: Unit
    offer: Offer


class PlacementPlanned(OfPlacement, kind="placement.planned.v1"):
    """A match became a placement; what it needs before it may begin is being settled."""

    area: Area
    starts_on: FirstDay
    ends_before: EndsBefore
    act_by: ActBy = None


class PlacementReady(Event, topic=TOPIC, kind="placement.ready.v1", about="placement_id"):
    """Signed, insured, supervised, and the union heard: it may begin."""

    placement_id: PlacementId
    organisation_id: OrganisationId
    unit: Unit
    starts_on: FirstDay
    act_by: ActBy = None


class PlacementStarted(Event, topic=TOPIC, kind="placement.started.v1", about="placement_id"):
    """It has begun."""

    placement_id: PlacementId
    commitment_id: CommitmentId
    organisation_id: OrganisationId
    unit: Unit
    offer: Offer
    ends_before: EndsBefore


class PlacementCompleted(OfPlacement, kind="placement.completed.v1"):
    """It went on to its end."""


class PlacementPartlyCompleted(OfPlacement, kind="placement.partly_completed.v1"):
    """It was carried out in part."""

    starts_on: FirstDay
    ends_before: Annotated[Day, says("The day after the last planned day.")]
    last_day: Annotated[Day, says("The last day on which it took place.")]
    missed_minutes: Annotated[Count, says("Working time missed until then.")]
    kept: Annotated[
        Flag | None,
        says("Whether it counts as kept: at least half of its planned calendar days were done."),
    ] = None


class PlacementNoShow(OfPlacement, kind="placement.no_show.v1"):
    """It never began."""


class PlacementInterrupted(OfPlacement, kind="placement.interrupted.v1"):
    """It ended early, or won't begin. Nothing else is told: grounds stay with her caseworkers."""
