"""The event ledger: everything heard, as it came, once, and never changed."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError
from tests.followup.support.service import Followup
from tests.followup.support.stories import World, records
from tests.shared.support.records import record

STORY = [
    (World().applied("a"), "2026-01-01"),
    (World().vetted("a"), "2026-01-10"),
    (World().in_force("a"), "2026-02-01"),
]


async def test_everything_heard_is_in_the_ledger(followup: Followup) -> None:
    told = records(STORY)

    await followup.hears(*told)

    rows = await followup.rows("SELECT * FROM events ORDER BY occurred_on")
    assert [(row["topic"], row["key"].encode(), row["payload"]) for row in rows] == [
        (one.topic, one.key, one.payload) for one in told
    ]
    assert [row["version"] for row in rows] == [1, 2, 1]
    assert rows[0]["type"] == "se.jobbpakten.membership.applied.v1"
    assert {row["network"] for row in rows} == {"jobbpakten"}
    assert rows[0]["recorded_at"].isoformat() == "2026-03-01T10:00:00+00:00"


async def test_an_event_of_a_type_that_nobody_knows_yet_is_kept_for_later(
    followup: Followup,
) -> None:
    new = record(World().applied("a"), 1, type="se.jobbpakten.membership.celebrated.v1")

    await followup.hears(replace(new, payload=b"not even JSON \xff"))

    [row] = await followup.rows("SELECT type, payload FROM events")
    assert row == {
        "type": "se.jobbpakten.membership.celebrated.v1",
        "payload": b"not even JSON \xff",
    }


async def test_the_envelope_is_kept_as_it_came(followup: Followup) -> None:
    told = record(
        World().applied("a"), 1, actorid="officer-7", weather="å\0 \ud83c".encode(errors="replace")
    )

    await followup.hears(told)

    [row] = await followup.rows("SELECT headers FROM events")
    came = {name: value.decode() for name, value in told.headers if value}
    assert row["headers"] == came | {"ce_weather": "å\ufffd ?"}
    assert row["headers"]["ce_actorid"] == "officer-7"


async def test_what_comes_again_is_kept_once(followup: Followup) -> None:
    await followup.hears(*records(STORY), *records(STORY))
    await followup.hears(*records(STORY))

    assert len(await followup.rows("SELECT 1 FROM events")) == len(STORY)


@pytest.mark.parametrize("change", ["UPDATE events SET network = 'other'", "DELETE FROM events"])
async def test_nobody_changes_the_ledger(followup: Followup, change: str) -> None:
    await followup.hears(*records(STORY))

    with pytest.raises(DBAPIError, match="only ever added to"):
        await followup.rows(change)
