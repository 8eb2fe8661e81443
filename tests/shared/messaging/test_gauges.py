"""What operations look at: figures of outbox and car park, and old answers that go."""

import pytest
import structlog
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made

from shared.messaging import gauges
from shared.messaging.gauges import Observer

ANSWERS = """INSERT INTO answers (caller, key, route, hash, at)
    VALUES ('a', 'old', '', '', now() - interval '49 hours'), ('a', 'new', '', '', now())"""
WAITING = """INSERT INTO outbox (topic, key, version, headers, told_at)
    VALUES ('membership.v1', 'k', 1, '{}', now() - interval '60 s')"""


def figure(name: str, **labels: str) -> float:
    found = REGISTRY.get_sample_value(name, {"service": "followup", **labels})
    assert found is not None, name
    return found


async def test_the_figures_say_what_waits_and_old_answers_go(ear: Ear) -> None:
    async with ear.database.transaction() as tx:
        for statement in (ANSWERS, WAITING):
            await (await tx.connection()).execute(text(statement))
    await ear.hears(1, 3, 4)
    await Observer("followup", ear.database).look()

    assert 59 < figure("outbox_age_seconds") < 90
    assert figure("outbox_rows") == 1
    assert figure("inbox_waiting_streams") == 1
    assert figure("inbox_parked_records", reason="gap") == 1
    assert figure("inbox_parked_records", reason="behind") == 1
    assert await ear.rows("SELECT key FROM answers") == [("new",)]
    assert await ear.effects() == [1], made().key


async def test_whose_transaction_stays_open_is_said_once_with_what_ends_it(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    observer = Observer("followup", ear.database)
    async with ear.database.transaction() as hanging:
        connection = await hanging.connection()
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        with structlog.testing.capture_logs() as logs:
            await observer.look()
            assert logs == []
            monkeypatch.setattr(gauges, "OLD_SECONDS", 0)
            for _ in range(2):
                await observer.look()
    assert figure("database_oldest_transaction_seconds") > 0
    assert [one["event"] for one in logs] == ["transaction_is_old"]
    assert f"Process {pid} of" in logs[0]["reason"]
    assert f"SELECT pg_terminate_backend({pid})" in logs[0]["reason"]
