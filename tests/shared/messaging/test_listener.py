"""The listener: hears over a real Kafka, reads what it may, and knows when it is stuck."""

import asyncio
from collections.abc import Callable

import pytest
from tests.shared.support.outbox_harness import TOPIC, Teller, ended
from tests.support.eventually import eventually

from jobbpakten_events import Envelope
from jobbpakten_events.membership import CommitmentMade
from shared.database import Tx, connect
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener


@pytest.mark.usefixtures("relay")
async def test_the_listener_hears_what_the_relay_told_and_isnt_stuck(
    teller: Teller, database: Callable[[str], str]
) -> None:
    heard: list[int] = []

    async def on_commitment_made(_: Tx, __: CommitmentMade, about: Envelope) -> None:
        heard.append(about.aggregateversion)

    hearing = teller.hearing(database("shared"))
    inbox = Inbox(hearing, connect(hearing), Hears(on_commitment_made))
    listener = Listener(hearing, inbox, {TOPIC})
    running = asyncio.create_task(listener.run())
    await teller.tells(1, 30)

    def all_heard() -> None:
        assert heard == [*range(1, 31)]

    await eventually(all_heard)
    await listener.look()
    await listener.look()
    assert listener.liveness.behind_since is None, "control records aren't lag"
    assert not listener.stuck()
    await listener.stop()
    await ended(running)
    await inbox.database.engine.dispose()


async def test_a_listener_may_only_read_what_the_table_grants(teller: Teller) -> None:
    inbox = Inbox(teller.settings, teller.database, Hears())
    with pytest.raises(PermissionError, match=r"membership may not read membership\.v1"):
        Listener(teller.settings, inbox, {TOPIC})


async def test_a_member_without_partitions_isnt_stuck(teller: Teller) -> None:
    hearing = teller.hearing(teller.settings.database_url)
    listener = Listener(hearing, Inbox(hearing, teller.database, Hears()), {TOPIC})
    listener.liveness.behind_since = 0.0
    running = asyncio.create_task(listener.run())

    def looked() -> None:
        assert listener.liveness.behind_since is None

    await eventually(looked)
    await listener.stop()
    await ended(running)
