"""Who may read what came of promises: by the role and the organisation in a caller's token."""

from uuid import UUID

from jobbpakten_events.roles import Role
from shared.machines import Actor

STAFF: frozenset[Role] = frozenset({"coordinator"})
EMPLOYERS: frozenset[Role] = frozenset({"signatory", "contact_person"})


def is_staff(actor: Actor) -> bool:
    """Tell staff; who calls for an organisation is none, whatever the role says."""
    return actor.organisation is None and actor.role in STAFF


def may_read(actor: Actor, organisation: UUID | None) -> bool:
    """Tell who may read what came of a member's promises: staff, and whoever acts for the member.

    `organisation` is the member's, None until we have heard it.
    """
    if actor.organisation is None:
        return is_staff(actor)
    return actor.role in EMPLOYERS and actor.organisation == organisation
