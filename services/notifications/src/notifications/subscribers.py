"""Events in: who can be told, and whatever the table of rules turns into notices."""

from uuid import UUID

import structlog

import shared.events.followup
import shared.events.matching
import shared.events.membership
import shared.events.placement
from notifications.commands import recipient, subject
from notifications.rules.subjects import ABOUT
from shared.database import Tx
from shared.events import KINDS, Envelope, Event
from shared.events.directory import TOPIC, RecipientNamed
from shared.inbox import Hears

__all__ = ["hears", "shared"]  # the modules are imported so that their events are known

log = structlog.get_logger()


async def on_recipient_named(tx: Tx, event: RecipientNamed, about: Envelope) -> None:
    await recipient.name(tx, event, about.network)


async def on_recipient_forgotten(tx: Tx, key: str, _: Envelope) -> None:
    try:
        recipient_id = UUID(key)
    except ValueError:  # nobody of that name was ever told of
        log.warning("tombstone_of_nobody")
        return
    await recipient.forget(tx, recipient_id)


async def on_anything(tx: Tx, event: Event, about: Envelope) -> None:
    """Hear any event that the table of aggregates names: what it means stands in the rules."""
    await subject.hear(tx, event, about)


hears = Hears(on_recipient_named, forgets={TOPIC: on_recipient_forgotten})
hears.update({KINDS[kind]: on_anything for kind in ABOUT})
