"""Who of the staff may see and settle a notice: by the role and the unit in a caller's token."""

from jobbpakten_events.roles import Role
from shared.machines import Actor, NotFound

COORDINATOR: frozenset[Role] = frozenset({"coordinator"})
CASEWORKER: frozenset[Role] = frozenset({"caseworker"})
SYSTEM: frozenset[Role] = frozenset({"system"})
STAFF = COORDINATOR | CASEWORKER


def coordinates(actor: Actor) -> bool:
    """Tell whether a member of staff finds all notices of the network."""
    return actor.role in COORDINATOR


def may_see(actor: Actor, unit: str | None) -> bool:
    """Tell whether a member of staff finds a notice: a caseworker those of her own unit."""
    of_unit = actor.role in CASEWORKER and bool(actor.unit) and actor.unit == unit
    return coordinates(actor) or of_unit


def check_staff(actor: Actor) -> None:
    """Refuse whoever acts for an organisation, whatever else she is called."""
    if actor.role not in STAFF or actor.organisation:
        raise NotFound
