"""Who may come near what: by the role, the organisation and the unit in a caller's token.

Whoever has an organisation is an employer, and never staff towards anybody.
"""

from collections.abc import Collection
from uuid import UUID

from jobbpakten_events.roles import Role
from shared.machines import Actor, NotFound

CASEWORKER: frozenset[Role] = frozenset({"caseworker"})
COORDINATOR: frozenset[Role] = frozenset({"coordinator"})
DECIDER: frozenset[Role] = frozenset({"decider"})
EMPLOYER: frozenset[Role] = frozenset({"contact_person"})
SYSTEM: frozenset[Role] = frozenset({"system"})

KNOWS_ALL_RULES = CASEWORKER | COORDINATOR | DECIDER
READS_PLACES = COORDINATOR | CASEWORKER | EMPLOYER
READS_MATCHES = CASEWORKER | DECIDER | EMPLOYER
READS_PLACEMENTS = CASEWORKER | COORDINATOR | EMPLOYER
TELLS_AGAIN = COORDINATOR | SYSTEM


def has_cases(actor: Actor) -> bool:
    """Tell whether a caller has candidates: a caseworker, those of her unit."""
    return actor.role in CASEWORKER and actor.organisation is None and bool(actor.unit)


def has_case(actor: Actor, unit: str) -> bool:
    """Tell whether a candidate, a match or a placement of a unit is the caller's business."""
    return has_cases(actor) and actor.unit == unit


def employer_of(actor: Actor) -> UUID | None:
    """Return the organisation that a caller answers for; None for staff and for strangers."""
    return actor.organisation if actor.role in EMPLOYER else None


def is_at(actor: Actor, organisation: UUID) -> bool:
    """Tell whether something is at the organisation that the caller answers for."""
    return employer_of(actor) == organisation


def coordinates(actor: Actor) -> bool:
    return actor.role in COORDINATOR and actor.organisation is None


def decides(actor: Actor) -> bool:
    return actor.role in DECIDER and actor.organisation is None


def knows_all_rules(actor: Actor) -> bool:
    """Tell who reads all that a network says of matching; others read what employers need."""
    return actor.role in KNOWS_ALL_RULES and actor.organisation is None


def decides_for(actor: Actor, units: Collection[str]) -> set[str]:
    """Name the units that a caller decides for: her own, or all if hers has no candidates."""
    if not decides(actor):
        return set()
    return {actor.unit} & {*units} or {*units}


def may_list_places(actor: Actor) -> bool:
    """Tell whether a caller finds anything in the list of places."""
    return employer_of(actor) is not None or _is_staff(actor)


def may_touch_place(actor: Actor, organisation: UUID) -> bool:
    """Tell whether a caller may come near a place: an employer its own, staff any."""
    return is_at(actor, organisation) or _is_staff(actor)


def may_see_placement(actor: Actor, unit: str, organisation: UUID) -> bool:
    """Tell whether a caller may know of a placement; of whom is the view's matter."""
    return coordinates(actor) or has_case(actor, unit) or is_at(actor, organisation)


def check_tells_again(actor: Actor) -> None:
    """Admit who may have all recipients told again: she is answered how many, and sees nobody."""
    if actor.organisation or actor.role not in TELLS_AGAIN:
        raise NotFound


def _is_staff(actor: Actor) -> bool:
    return actor.role in READS_PLACES - EMPLOYER and actor.organisation is None
