"""Events in: who can be told, and whatever the table of rules turns into notices."""

from uuid import UUID

import structlog

from jobbpakten_events import Envelope, Event
from jobbpakten_events.directory import TOPIC, RecipientNamed
from notifications.commands import aggregates, recipient
from notifications.rules.subjects import ABOUT
from shared.database import Tx
from shared.messaging.inbox import Hears

NOBODY = UUID(int=0)

log = structlog.get_logger()


async def on_recipient_named(tx: Tx, event: RecipientNamed, about: Envelope) -> None:
    await recipient.name(tx, event, about.network)


async def on_recipient_forgotten(tx: Tx, key: str, _: Envelope) -> None:
    try:
        recipient_id = UUID(key)
    except ValueError:
        recipient_id = NOBODY
    if str(recipient_id) != key:  # nobody of that name was ever told of, nor by another spelling
        log.warning("tombstone_of_nobody")
        return
    await recipient.forget(tx, recipient_id)


async def on_anything(tx: Tx, event: Event, about: Envelope) -> None:
    """Hear any event that the table of aggregates names: what it means stands in the rules."""
    await aggregates.hear(tx, event, about)


hears = Hears(on_recipient_named, forgets={TOPIC: on_recipient_forgotten})
hears.update(dict.fromkeys(ABOUT, on_anything))
