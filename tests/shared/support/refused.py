"""A service that tells and hears, by a way to Kafka on which much can be amiss."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.shared.support.doors import Doors
from tests.shared.support.outbox_harness import TOPIC, Teller, Telling, ended
from tests.support.callers import settings
from tests.support.eventually import eventually

from jobbpakten.topics import apply
from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from shared.database import Tx, connect
from shared.edges.kafka_refusals import Refusals
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener
from shared.messaging.relay import Relay
from shared.settings import ServiceSettings

USER, PASSWORD = "membership", "not printed anywhere"
HEARER, HEARD = "followup", "followup.v1"
Right = tuple[str, str, str, str]


@dataclass
class Part:
    """The listener and the relay of a service, and what keeps them out."""

    teller: Teller
    listener: Listener
    refusals: Refusals

    async def works(self) -> None:
        """Wait until it is told and heard."""
        await eventually(self.teller.is_empty)

        def is_in() -> None:
            assert self.listener.liveness.joined
            assert not self.refusals.sentences()

        await eventually(is_in)


def sasl(doors: Doors, **more: Any) -> dict[str, Any]:
    """Give the settings of somebody whom Kafka takes in."""
    user = {"kafka_user": USER, "kafka_password": PASSWORD}
    return {"kafka_security": "SASL_SSL", "kafka_ca_file": doors.ca} | user | more


async def allowed(doors: Doors) -> str:
    """Make topics on a prefix of their own, and allow the service what is its; give the prefix."""
    prefix = f"{uuid4().hex[:8]}."
    await apply({"bootstrap_servers": doors.plain}, prefix, replication=1, partitions=2)
    for user in (USER, HEARER):
        doors.password(user, PASSWORD)
    for right in rights(prefix):
        doors.allow(*right)
    return prefix


def rights(prefix: str) -> list[Right]:
    return [
        (USER, "TOPIC", prefix + HEARD, "READ"),
        (USER, "GROUP", prefix + USER, "READ"),
        (USER, "TOPIC", prefix + TOPIC, "WRITE"),
        (USER, "TRANSACTIONAL_ID", f"{prefix}{USER}-relay", "WRITE"),
        (HEARER, "TOPIC", prefix + TOPIC, "READ"),
        (HEARER, "GROUP", prefix + HEARER, "READ"),
    ]


@asynccontextmanager
async def part(
    database: Callable[[str], str],
    prefix: str,
    kind: type[ServiceSettings] = Telling,
    **said: Any,
) -> AsyncIterator[Part]:
    """Run the service's listener and relay, with something to tell."""
    about = settings(kind, database("shared"), kafka_topic_prefix=prefix, **said)
    held = connect(about)
    refusals, inbox = Refusals(about), Inbox(about, held, Hears())
    listener = Listener(about, inbox, {HEARD}, refusals)
    relay = Relay(about, held, refusals=refusals)
    running = [asyncio.create_task(one.run()) for one in (listener, relay)]
    found = Part(Teller(about, held), listener, refusals)
    try:
        await found.teller.tells(1)
        yield found
    finally:
        await listener.stop()
        for task in running:
            await ended(task)
        await held.engine.dispose()


@asynccontextmanager
async def hearer(
    database: Callable[[str], str], prefix: str, kind: type[ServiceSettings], **said: Any
) -> AsyncIterator[list[int]]:
    """Run another service that hears the first; give the numbers of what it heard."""
    heard: list[int] = []

    async def on_commitment_made(_: Tx, __: CommitmentMade, about: Envelope) -> None:
        heard.append(about.aggregateversion)

    about = settings(kind, database("shared"), kafka_topic_prefix=prefix, **said)
    inbox = Inbox(about, connect(about), Hears(on_commitment_made))
    listener = Listener(about, inbox, {TOPIC})
    running = asyncio.create_task(listener.run())
    try:
        yield heard
    finally:
        await listener.stop()
        await ended(running)
        await inbox.database.engine.dispose()
