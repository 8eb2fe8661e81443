"""The outbox: what Kafka or its readers must never get is refused where somebody can act."""

import pytest
from tests.shared.records import SPACE, made
from tests.shared.tellers import TOPIC, Teller

from shared import outbox
from shared.causes import Cause, because
from shared.database import connect
from shared.events.followup import CommitmentLapsed

NUMBERS = ["850709-9805", "198507099805", "19850709 9805", "850709+9805", "850769-9802"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_an_identity_number_is_refused_in_the_tellers_own_transaction(
    teller: Teller, number: str
) -> None:
    with pytest.raises(outbox.Untellable, match="identity number"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": number}))

    assert await teller.waiting() == 0


async def test_an_event_that_kafka_would_never_take_is_refused(teller: Teller) -> None:
    with pytest.raises(outbox.Untellable, match="more than"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": "x" * 300_000}))


@pytest.mark.parametrize(
    "cause", [Cause("850709-9805"), Cause("c", actor_id="x" * 300), Cause("c", network="a\0b")]
)
async def test_an_envelope_that_no_reader_takes_is_refused(teller: Teller, cause: Cause) -> None:
    with because(cause), pytest.raises(outbox.Untellable):
        await teller.tells(1)

    assert await teller.waiting() == 0


async def test_only_who_the_table_names_tells_on_a_topic_and_only_compacted_ones_forget(
    teller: Teller,
) -> None:
    stranger = connect(teller.settings.model_copy())
    with pytest.raises(outbox.Untellable, match="knows no tombstones"):
        async with stranger.transaction() as tx:
            await outbox.forget(tx, TOPIC, made(1).key)
    with pytest.raises(outbox.Untellable, match="no table says that membership tells"):
        async with stranger.transaction() as tx:
            await outbox.tell(tx, CommitmentLapsed(commitment_id=SPACE, units=1))
    async with stranger.transaction() as tx:
        await outbox.forget(tx, "directory.v1", made(1).key)
    await stranger.engine.dispose()

    assert await teller.waiting() == 1


async def test_what_is_told_in_a_savepoint_wakes_the_relay_once_all_is_committed(
    teller: Teller,
) -> None:
    told = teller.database.told
    async with teller.database.transaction() as tx:
        async with tx.begin_nested():
            await outbox.tell(tx, made(1))
        assert not told.is_set(), "nobody else sees it yet"
    assert told.is_set()
