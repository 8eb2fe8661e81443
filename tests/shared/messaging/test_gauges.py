"""What operations look at: figures of outbox and car park, and old answers that go."""

import pytest
import structlog
from prometheus_client import REGISTRY
from sqlalchemy import text
from tests.shared.support.inbox_harness import Ear
from tests.shared.support.records import made
from tests.support.parked import park

from shared.messaging import floors, gauges
from shared.messaging.gauges import Observer

ANSWERS = """INSERT INTO answers (caller, key, route, hash, at)
    VALUES ('a', 'old', '', '', now() - interval '49 hours'), ('a', 'new', '', '', now())"""
WAITING = """INSERT INTO outbox (topic, key, version, headers, told_at)
    VALUES ('membership.v1', 'k', 1, '{}', now() - interval '60 s')"""
TOLD = """INSERT INTO outbox (topic, key, version, headers, told_at)
    SELECT 'membership.v1', 'k', n, '{}', now() - interval '60 s'
    FROM generate_series(1, CAST(:many AS integer)) AS n"""
BLOCKS = """SELECT heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit
    FROM pg_statio_user_tables WHERE relname = 'outbox'"""
VACUUMING = (
    """CREATE TEMPORARY TABLE pg_stat_activity ON COMMIT DROP AS
        SELECT * FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid()""",
    """INSERT INTO pg_stat_activity (datname, pid, xact_start, backend_type)
        VALUES (current_database(), 1, now() - interval '1 hour', 'autovacuum worker')""",
)


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


async def test_the_outbox_is_read_from_a_floor_and_a_late_writer_is_not_missed(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(floors, "LOOK_SECONDS", 0)
    observer, tell = Observer("followup", ear.database), text(TOLD)

    async def blocks() -> int:
        async with ear.database.transaction() as tx:
            await (await tx.connection()).execute(text("SELECT pg_stat_force_next_flush()"))
        return int((await ear.rows(BLOCKS))[0][0])

    async with ear.database.transaction() as reader, ear.database.transaction() as writer:
        old = await reader.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await old.execute(text("SELECT 1 FROM epochs"))
        async with ear.database.transaction() as tx:
            await (await tx.connection()).execute(tell, {"many": 20_000})
        async with ear.database.transaction() as tx:
            for statement in ("DELETE FROM outbox", "ANALYZE outbox"):  # as PostgreSQL does itself
                await (await tx.connection()).execute(text(statement))
        for _ in range(3):
            await observer.look()
        before = await blocks()
        await observer.look()
        assert await blocks() - before < 30, "as many as 20,000 deleted rows lie in"

        await (await writer.connection()).execute(tell, {"many": 1})
        async with ear.database.transaction() as tx:
            await (await tx.connection()).execute(tell, {"many": 1})
        for _ in range(3):
            await observer.look()
        assert figure("outbox_rows") == 1
    await observer.look()
    assert figure("outbox_rows") == 2
    assert 59 < figure("outbox_age_seconds") < 90


async def test_a_teller_that_was_restored_wakes_somebody_at_once(ear: Ear) -> None:
    await park(ear.database, "membership.v1", made().key)
    observer = Observer("followup", ear.database)
    with structlog.testing.capture_logs() as logs:
        for _ in range(2):
            await observer.look()
    [alarm] = [line for line in logs if line["event"] == "teller_was_restored"]
    assert alarm["count"] == 1
    assert "docs/operations/restore.md" in alarm["reason"]


async def test_the_databases_own_work_is_nobody_to_be_ended(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "OLD_SECONDS", 60)
    async with ear.database.transaction() as tx:
        for statement in VACUUMING:  # this session finds its own table of the name first
            await (await tx.connection()).execute(text(statement))
        with structlog.testing.capture_logs() as logs:
            await Observer("followup", ear.database).read_transactions(tx)
    assert logs == []
    assert figure("database_oldest_transaction_seconds") < 60


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
