"""What must hold after every fault: nothing lost, nothing twice, in order."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from tests.faults.stage import Stage, streams

from jobbpakten.acls import OPERATOR
from jobbpakten.cli.environment import hears
from shared.messaging import kafka as topics

PARTITIONS = 2
# What lies in a service's table, by the event that tells of each row.
BUSINESS = {
    "membership": {
        "commitment.renegotiated.v1": "adjustments",
        "activity.held.v1": "activities",
        "commitment.made.v1": "commitments",
        "membership.applied.v1": "memberships",
    },
    "matching": {
        "candidate.registered.v1": "candidates",
        "match.proposed.v1": "matches",
        "consent.given.v1": "consents",
        "placement.planned.v1": "placements",
    },
    "notifications": {"notice.requested.v1": "notices"},
}


@dataclass(frozen=True)
class Told:
    """One record as it lies on its topic."""

    topic: str
    key: str
    version: int
    id: str
    kind: str
    written: bytes  # all of it: key, headers, body


@dataclass(frozen=True)
class Heard:
    """All that lies on all topics, each of them as a reader comes upon it."""

    topics: dict[str, list[Told]]

    @property
    def events(self) -> list[Told]:
        """Give every event once, in the order of its stream."""
        several = (first_times(told).values() for told in self.topics.values())
        return [one for streams in several for stream in streams for one in stream]


async def everything_told(stage: Stage) -> Heard:
    tellers = set(stage.services)
    named = [name for name, topic in topics.TOPICS.items() if topic.told_by & tellers]
    return Heard({name: await told_on(stage, name) for name in named})


async def told_on(stage: Stage, topic: str) -> list[Told]:
    """Read a topic from its beginning to its end, partition by partition."""
    consumer = AIOKafkaConsumer(
        **stage.world.kafka.access.reached_by(OPERATOR), isolation_level="read_committed"
    )
    await consumer.start()
    try:
        name = stage.prefix + topic
        places = [TopicPartition(name, n) for n in range(PARTITIONS)]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning()
        found = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [read(topic, record) for record in records]
        return found
    finally:
        await consumer.stop()


def read(topic: str, record: Any) -> Told:
    told = {name: value.decode() for name, value in record.headers}
    kind = told["ce_type"].removeprefix("se.jobbpakten.")
    written = b"\n".join((record.key, *(value for _, value in record.headers), record.value or b""))
    version = int(told["ce_aggregateversion"])
    return Told(topic, told["ce_subject"], version, told["ce_id"], kind, written)


def first_times(told: list[Told]) -> dict[str, list[Told]]:
    """Give each stream as a reader sees it who passes over what she has seen."""
    found: dict[str, list[Told]] = defaultdict(list)
    seen: set[tuple[str, int]] = set()
    for one in told:
        if (one.key, one.version) not in seen:
            seen.add((one.key, one.version))
            found[one.key].append(one)
    return found


async def check_streams(stage: Stage, heard: Heard) -> tuple[int, int]:
    """Compare what was committed with each topic; give how many, and how many came twice."""
    count = repeats = 0
    for topic, told in heard.topics.items():
        committed: dict[str, int] = {}
        for teller in topics.TOPICS[topic].told_by & set(stage.services):
            committed |= await streams(stage, teller, "streams", topic)
        seen = first_times(told)
        assert {key: [one.version for one in stream] for key, stream in seen.items()} == {
            key: [*range(1, version + 1)] for key, version in committed.items()
        }
        assert len({(one.key, one.version) for one in told}) == len({one.id for one in told})
        count += sum(committed.values())
        repeats += len(told) - sum(committed.values())
    return count, repeats


async def check_effects(stage: Stage, heard: Heard) -> None:
    """Every business row has its event, and each event had its effect once."""
    told = heard.events
    kinds = Counter(one.kind for one in told)
    for service in set(stage.services) & BUSINESS.keys():
        for kind, table in BUSINESS[service].items():
            rows = await stage.rows(service, f"SELECT count(*) FROM {table}")  # a word of ours
            assert kinds[kind] == rows[0][0], kind
    ledger = await stage.rows("followup", "SELECT id FROM events")
    heard_of = hears()["followup"]
    ours = [one.id for one in told if one.topic in heard_of]
    assert sorted(str(row["id"]) for row in ledger) == sorted(ours)
    acts = await stage.rows("membership", "SELECT id, commitment_id FROM activities ORDER BY id")
    assert acts == await stage.rows("followup", "SELECT id, commitment_id FROM acts ORDER BY id")


async def check_figures(stage: Stage) -> None:
    """Followup's figures are what membership's rows say, and membership's copy is the same."""
    columns = "promised, remaining, open, kept, lapsed, released, extra"
    ours = await stage.rows(
        "followup", f"SELECT id, {columns}, kept_by FROM commitments ORDER BY id"
    )
    copy = await stage.rows(
        "membership", f"SELECT commitment_id, {columns} FROM progress ORDER BY commitment_id"
    )
    assert [tuple(row)[:-1] for row in ours] == [tuple(row) for row in copy]
    held = await stage.rows(
        "membership",
        """SELECT c.id, count(a.id) AS held FROM commitments c
           LEFT JOIN activities a ON a.commitment_id = c.id
           WHERE kept_by = 'activity' GROUP BY c.id ORDER BY c.id""",
    )
    ours = [row for row in ours if row["kept_by"] == "activity"]
    assert [(row["id"], row["kept"] + row["extra"]) for row in ours] == [tuple(row) for row in held]
    raised = await stage.rows(
        "membership",
        """SELECT c.id, 20 + coalesce(sum(greatest(a.promised - a.promised_before, 0)), 0)
           FROM commitments c LEFT JOIN adjustments a ON a.commitment_id = c.id
           WHERE kept_by = 'activity' GROUP BY c.id ORDER BY c.id""",
    )
    assert [(row["id"], row["promised"]) for row in ours] == [tuple(row) for row in raised]


async def check_topics(stage: Stage) -> None:
    """No topic was lost with the broker."""
    reached_by = stage.world.kafka.access.reached_by(OPERATOR)
    assert await topics.missing(reached_by, stage.prefix, set(topics.TOPICS)) == set()
