"""Who may come near what: by the role and the organisation in a caller's token.

Whoever has an organisation is an employer, and never staff towards anybody.
"""

from uuid import UUID

from jobbpakten_events.roles import Role
from shared.machines import Actor, NotFound

COORDINATOR: frozenset[Role] = frozenset({"coordinator"})
DECIDER: frozenset[Role] = frozenset({"decider"})
OFFICER: frozenset[Role] = frozenset({"vetting_officer"})
SIGNATORY: frozenset[Role] = frozenset({"signatory"})
SYSTEM: frozenset[Role] = frozenset({"system"})
EMPLOYER: frozenset[Role] = frozenset({"signatory", "contact_person"})
LOOKS_TWICE = COORDINATOR | OFFICER | DECIDER
STAFF = COORDINATOR | DECIDER | OFFICER | SYSTEM
TELLS_AGAIN = COORDINATOR | SYSTEM


def is_staff(actor: Actor) -> bool:
    return actor.role in STAFF and actor.organisation is None


def coordinates(actor: Actor) -> bool:
    return actor.role in COORDINATOR and actor.organisation is None


def is_at(actor: Actor, organisation: UUID | None) -> bool:
    """Tell whether a caller answers for an organisation; nobody does for None, the municipality."""
    return actor.role in EMPLOYER and actor.organisation == organisation is not None


def may_touch(actor: Actor, organisation: UUID) -> bool:
    """Tell whether a caller may come near a member's file: an employer its own, staff any."""
    return is_staff(actor) or is_at(actor, organisation)


def may_list(actor: Actor) -> bool:
    """Tell whether a caller finds anything in the list: what she may touch."""
    return is_staff(actor) or is_at(actor, actor.organisation)


def looks_twice(actor: Actor) -> bool:
    """Tell who sees what looks odd among organisations: whoever vets, decides and coordinates."""
    return actor.role in LOOKS_TWICE and actor.organisation is None


def may_follow(actor: Actor, kept_by: str) -> bool:
    """Tell who may see day by day what comes of a promise: of people, the coordinator alone."""
    return kept_by != "placement" or coordinates(actor)


def check_names(actor: Actor, organisation: UUID | None) -> None:
    """Admit an employer to its own organisation's contacts, a coordinator to all and the staff."""
    if not (coordinates(actor) or is_at(actor, organisation)):
        raise NotFound


def check_tells_again(actor: Actor) -> None:
    """Admit who may have all contacts told again; she is answered how many, and sees nobody."""
    if actor.organisation or actor.role not in TELLS_AGAIN:
        raise NotFound
