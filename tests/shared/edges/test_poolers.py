"""pgbouncer in between: what works through it, what doesn't and is refused, and what is said."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from sqlalchemy import make_url, text
from tests.shared.support.notes import Local
from tests.shared.support.outbox_harness import ended
from tests.support.callers import settings
from tests.support.eventually import eventually

from jobbpakten_local.parts import pgbouncer
from jobbpakten_local.parts.certificates import Authority
from jobbpakten_local.parts.postgres import Postgres
from shared.database import connect
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.messaging.relay import Relay

IS_A_POOLER = "is a pooler, and nothing may stand between: set MEMBERSHIP_DATABASE_DIRECT_URL to"


@pytest.fixture
def folder(run_folder: Path) -> Path:
    made = run_folder / uuid4().hex[:6]
    made.mkdir()
    return made


def through(pooler: pgbouncer.Pooler, direct: str, **more: Any) -> Local:
    """Give settings that lead through the pooler, and past it."""
    url = pooler.url(str(make_url(direct).database))
    return settings(Local, url, **{"database_direct_url": direct, **more})


async def test_transactions_go_through_a_pooler_that_keeps_what_is_prepared(
    postgres: Postgres, folder: Path, database: Callable[[str], str]
) -> None:
    with pgbouncer.started(folder / "b", postgres, default_pool_size="3") as pooler:
        reached = connect(through(pooler, database("shared")))
        await reached.door.check()

        async def write(several: int) -> None:
            for number in range(several):
                async with reached.transaction() as tx:
                    connection = await tx.connection()
                    about = {"key": f"{number}", "version": number}
                    for _ in range(2):
                        await connection.execute(
                            text("""INSERT INTO streams (topic, key, version)
                                VALUES ('a', :key, :version) ON CONFLICT DO NOTHING"""),
                            about,
                        )

        await asyncio.gather(*(write(40) for _ in range(8)))
        async with reached.transaction() as tx:
            assert await (await tx.connection()).scalar(text("SELECT count(*) FROM streams")) == 40
        await reached.engine.dispose()


async def test_a_pooler_that_loses_what_is_prepared_is_refused_at_the_start(
    postgres: Postgres, folder: Path, database: Callable[[str], str]
) -> None:
    with pgbouncer.started(folder / "b", postgres, max_prepared_statements="0") as pooler:
        reached = connect(through(pooler, database("shared")))
        with pytest.raises(
            DatabaseRefuses, match=r"take pgbouncer 1\.21 or newer with max_prepared_"
        ) as it:
            await reached.door.check()
        await reached.engine.dispose()
    assert "or set MEMBERSHIP_DATABASE_URL to PostgreSQL itself" in str(it.value)


@pytest.mark.parametrize("direct", [True, False])
async def test_a_pooler_where_none_may_be_is_refused_and_nobody_leads(
    postgres: Postgres, folder: Path, database: Callable[[str], str], *, direct: bool
) -> None:
    """LISTEN hears nothing through one, and of two replicas each would get the lock of one."""
    with pgbouncer.started(folder / "b", postgres) as pooler:
        url = pooler.url(str(make_url(database("shared")).database))
        about = settings(Local, url, **({"database_direct_url": url} if direct else {}))
        reached = connect(about)
        with structlog.testing.capture_logs() as logs:
            relaying = asyncio.create_task(Relay(about, reached).run())

            def has_said_so() -> None:
                assert IS_A_POOLER in "".join(one.get("reason", "") for one in logs)

            await eventually(has_said_so)
            with pytest.raises(DatabaseRefuses, match=IS_A_POOLER):
                await reached.direct.connect()
            await ended(relaying)
        await reached.engine.dispose()
    assert [one["event"] for one in logs] == ["database_refuses"]


async def test_what_a_pooler_says_of_password_and_tls_is_told_apart_from_an_outage(
    postgres: Postgres, folder: Path, database: Callable[[str], str]
) -> None:
    word, ours = uuid4().hex, Authority()
    pair, user = ours.sign("pooler"), f"pooled_{word[:6]}"
    ca = ours.write(folder)
    postgres.execute(f"CREATE ROLE {user} LOGIN PASSWORD '{word}'")
    certificate = pair.write(folder, "pooler")
    if postgres.embedded.owner:
        pgbouncer.hand_over(postgres.embedded.owner, folder)
    tls = {
        "client_tls_sslmode": "require",
        "client_tls_cert_file": str(certificate.certificate),
        "client_tls_key_file": str(certificate.key),
    }
    direct = database("shared")
    named = {"database_direct_url": direct}
    name = str(make_url(direct).database)
    secured = {"database_tls": "verify-full", "database_ca_file": str(ca)}
    with pgbouncer.started(folder / "b", postgres, {user: word}, **tls) as pooler:
        url = pooler.url(name, user)
        for more, said in [
            ({"database_password": word}, "takes TLS only: set MEMBERSHIP_DATABASE_TLS"),
            (
                {"database_password": "n0t-that-one-77", **secured},
                "doesn't let us in: correct the password in MEMBERSHIP_DATABASE_PASSWORD",
            ),
        ]:
            with pytest.raises(DatabaseRefuses, match=said):
                await connect(settings(Local, url, **named, **more)).door.connect()
        good = connect(settings(Local, url, **named, **secured, database_password=word))
        await good.door.check()
    postgres.execute(f"DROP ROLE {user}")
