"""The outbox: what Kafka or its readers must never get is refused where somebody can act."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.shared.support.outbox_harness import TOPIC, Teller
from tests.shared.support.records import SPACE, made

from jobbpakten_events.directory import RecipientNamed
from jobbpakten_events.followup import CommitmentLapsed
from shared.database import connect
from shared.messaging import outbox
from shared.messaging.causation import Cause, because

NUMBERS = ["850709-9805", "198507099805", "19850709 9805", "850709+9805", "850769-9802"]
NUMBERS += ["1985-07-09-9805", "８５０７０９-9805", "850709\n9805", "850709\u200b9805"]
NUMBERS += ["20000067-2386", "19900060-2392", "000101-T220"]


@pytest.mark.parametrize("number", NUMBERS)
async def test_an_identity_number_is_refused_in_the_tellers_own_transaction(
    teller: Teller, number: str
) -> None:
    with pytest.raises(outbox.Untellable, match="identity number"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": number}))

    assert await teller.waiting() == 0


async def test_an_event_that_kafka_would_never_take_is_refused(teller: Teller) -> None:
    with pytest.raises(outbox.Untellable, match="too_large"):
        async with teller.database.transaction() as tx:
            await outbox.tell(tx, made(1).model_copy(update={"offer": "x" * 300_000}))


@pytest.mark.parametrize(
    "cause",
    [
        Cause("850709-9805"),
        Cause("c", actor_id="850709\u00a09805"),
        Cause("c\nd"),
        Cause("c", causation_id="a\x1bb"),
        Cause("c", actor_id="x" * 300),
        Cause("c", actor_role="decider\n"),
        Cause("c", network="a\0b"),
        Cause("c", network="jobb pakten"),
        Cause("c", occurred_on=date(1999, 12, 31)),
        Cause("c", occurred_on=date(2100, 1, 1)),
    ],
)
async def test_an_envelope_that_no_listener_takes_is_refused(teller: Teller, cause: Cause) -> None:
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


async def test_a_stream_keeps_when_its_first_and_last_were_told_and_whether_that_is_a_tombstone(
    teller: Teller,
) -> None:
    who = {"recipient_id": UUID(int=1), "role": "decider", "of": "city", "language": "sv"}
    person, found = RecipientNamed.model_validate(who | {"sealed": "x"}), []
    for number in range(3):
        async with teller.database.transaction() as tx:
            if number == 1:
                await outbox.forget(tx, "directory.v1", person.key)
            else:
                await outbox.tell(tx, person)
            kept = text("SELECT told_at, last_told_at, tombstone FROM streams")
            found.append((await (await tx.connection()).execute(kept)).one())

    assert {one.told_at for one in found} == {found[0].told_at}
    assert found[0].last_told_at < found[1].last_told_at < found[2].last_told_at
    assert [one.tombstone for one in found] == [False, True, False]
