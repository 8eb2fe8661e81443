"""How old a stream is that nobody heard: what its topic still remembers was lost on the way."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.cli.ledgers import Ledgers
from uuid_utils.compat import uuid7

from jobbpakten.reconciliation import Stream, standing
from jobbpakten.reconciliation.standings import Heard, Told, compared
from shared.messaging.kafka import TOPICS
from shared.time import clock

NOW = clock.now()
YEAR_OLD = str(UUID(int=(uuid7().int & ((1 << 80) - 1)) | (
    int((NOW - timedelta(days=365)).timestamp() * 1000) << 80
)))  # fmt: skip


NEW, RANDOM = str(uuid7()), str(uuid4())
YEAR_AGO, YESTERDAY = NOW - timedelta(days=365), NOW - timedelta(days=1)
WEEKS_AGO = NOW - timedelta(days=20)
UNHEARD, APART, UNKNOWN = "unheard", "apart", "of unknown age"
# A stream that nobody heard: when its first and its last event were told, whether the last was a
# tombstone, since when its teller keeps that; and where it stands.
AGES = [
    ("membership.v1", RANDOM, YEAR_AGO, YEAR_AGO, False, YEAR_AGO, UNHEARD),  # kept for ever
    ("membership.v1", RANDOM, None, None, None, None, UNHEARD),
    ("matching.v1", RANDOM, YEAR_AGO, YEAR_AGO, False, YEAR_AGO, APART),
    ("matching.v1", RANDOM, YEAR_AGO, YESTERDAY, False, YEAR_AGO, UNHEARD),
    ("matching.v1", RANDOM, WEEKS_AGO, NOW - timedelta(days=13, hours=23), False, None, UNHEARD),
    ("matching.v1", RANDOM, WEEKS_AGO, NOW - timedelta(days=14, hours=1), False, None, APART),
    ("matching.v1", RANDOM, None, YESTERDAY, False, YEAR_AGO, UNHEARD),
    ("matching.v1", YEAR_OLD, None, YESTERDAY, False, YESTERDAY, UNHEARD),
    ("placement.v1", RANDOM, YEAR_AGO, NOW - timedelta(days=29), False, None, UNHEARD),
    ("placement.v1", RANDOM, YEAR_AGO, NOW - timedelta(days=31), False, None, APART),
    # A compacted topic keeps the last record of all but whom it has to forget.
    ("directory.v1", RANDOM, YEAR_AGO, YEAR_AGO, False, YEAR_AGO, UNHEARD),
    ("directory.v1", RANDOM, YEAR_AGO, NOW - timedelta(days=89), True, None, UNHEARD),
    ("directory.v1", RANDOM, YEAR_AGO, NOW - timedelta(days=91), True, None, APART),
    # Told last by a release that kept none of this: before the first moment kept.
    ("matching.v1", RANDOM, None, None, None, None, UNKNOWN),
    ("matching.v1", RANDOM, None, None, None, YESTERDAY, UNKNOWN),
    ("matching.v1", RANDOM, None, None, None, YEAR_AGO, APART),
    ("matching.v1", "no uuid", None, None, None, YESTERDAY, UNKNOWN),
    ("matching.v1", YEAR_OLD, None, None, None, YESTERDAY, UNKNOWN),
    ("matching.v1", NEW, None, None, None, YESTERDAY, UNHEARD),
    ("directory.v1", RANDOM, None, None, None, YESTERDAY, UNKNOWN),
    ("directory.v1", RANDOM, None, None, None, YEAR_AGO, APART),
]


@pytest.mark.parametrize(
    ("topic", "key", "first_at", "last_at", "is_tombstone", "kept_since", "stands"),
    AGES,
    ids=map(str, range(len(AGES))),
)
def test_a_stream_that_nobody_heard_lies_apart_only_when_its_topic_remembers_none_of_it(
    topic: str,
    key: str,
    first_at: datetime | None,
    last_at: datetime | None,
    *,
    is_tombstone: bool | None,
    kept_since: datetime | None,
    stands: str,
) -> None:
    told = {key: Told(2, first_at, last_at, is_tombstone, kept_since)}
    found = compared(TOPICS[topic], "notifications", told, {}, NOW)

    assert found.apart == ((Stream(key, 2, 0),) if stands == APART else ())
    note = UNKNOWN if stands == UNKNOWN else ""
    assert found.differing == (() if stands == APART else (Stream(key, 2, 0, note),))


@pytest.mark.parametrize(
    ("topic", "told_at", "is_lost"),
    [
        ("matching.v1", YESTERDAY, True),
        ("matching.v1", None, True),
        ("matching.v1", YEAR_AGO, False),
        ("directory.v1", YESTERDAY, False),  # compaction takes the first ones when it likes
    ],
)
def test_a_first_number_above_one_is_a_gap_in_a_stream_that_is_young(
    topic: str, told_at: datetime | None, *, is_lost: bool
) -> None:
    told, heard = {RANDOM: Told(5, told_at)}, {RANDOM: Heard(5, first=3)}
    found = compared(TOPICS[topic], "notifications", told, heard, NOW)

    assert found.differing == ((Stream(RANDOM, 5, 5, "from 3 on"),) if is_lost else ())
    assert found.apart == ()


def test_a_gap_stays_one_however_old_it_gets() -> None:
    told, heard = {RANDOM: Told(5, YEAR_AGO, YEAR_AGO)}, Heard(5, 3, YEAR_AGO + timedelta(days=1))
    found = compared(TOPICS["matching.v1"], "notifications", told, {RANDOM: heard}, NOW)

    assert found.differing == (Stream(RANDOM, 5, 5, "from 3 on"),)


async def test_when_a_stream_was_told_is_read_from_its_teller(ledgers: Ledgers) -> None:
    hears = {"followup": {"directory.v1", "membership.v1"}}
    ledgers.told("membership", "directory.v1", old=2, new=1, nobody_knows=1)
    ledgers.told_at("membership", "old", YEAR_AGO)
    ledgers.told_at("membership", "nobody_knows", None)
    ledgers.told("membership", "membership.v1", late=4)
    ledgers.heard("followup", "membership.v1", late=4)
    found = await standing(ledgers.urls, hears)

    assert found.differs
    assert found.hearings[0].apart == (Stream("nobody_knows", 1, 0), Stream("old", 2, 0))
    assert found.hearings[0].differing == (Stream("new", 1, 0),)
    ledgers.began_late("followup", "membership.v1", "late", 2)
    ledgers.told_at("membership", "old", YESTERDAY)
    found = await standing(ledgers.urls, hears)
    assert Stream("nobody_knows", 1, 0, UNKNOWN) in found.hearings[0].differing
    assert found.hearings[1].differing == (Stream("late", 4, 4, "from 2 on"),)


async def test_what_lies_apart_is_no_difference_but_isnt_quiet_either(ledgers: Ledgers) -> None:
    ledgers.told("membership", "directory.v1", old=2)
    ledgers.told_at("membership", "old", YEAR_AGO)
    found = await standing(ledgers.urls, {"followup": {"directory.v1"}})

    assert (found.differs, found.quiet) == (False, False)
