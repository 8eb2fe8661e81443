"""What the release before has told, by its own code, is taken by this one."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from tests.shared.support.inbox_harness import Listening
from tests.shared.support.records import made
from tests.support.callers import settings
from tests.support.releases import before

from shared.database import connect
from shared.messaging.inbox.records import Heard, Record, read
from shared.messaging.relay import wire

TELLS = """
import asyncio, sys
from datetime import date
from tests.support.callers import settings
from tests.shared.support.records import SPACE, made
from tests.shared.support.outbox_harness import Telling
from shared.database import connect
from shared.messaging import outbox
from shared.messaging.causation import NOBODY, Cause, because

CAUSES = [
    NOBODY,
    Cause("0198c5a2-a.b_c", str(SPACE), "auth0|64", "coordinator", "jobb-pakten", date(2000, 1, 1)),
    Cause("x" * 64, "", "~" * 200, "participant", "jobbpakten", date(2099, 12, 31)),
]

async def tell(url):
    database = connect(settings(Telling, url))
    for number, cause in enumerate(CAUSES):
        with because(cause):
            async with database.transaction() as tx:
                await outbox.tell(tx, made(number))
                await outbox.forget(tx, "directory.v1", f"somebody-{number}")
    await database.engine.dispose()

asyncio.run(tell(sys.argv[1]))
"""
ROWS = text("SELECT topic, key, version, headers::text AS headers, payload FROM outbox ORDER BY 1")


async def test_what_the_release_before_told_is_taken(
    tmp_path: Path, database: Callable[[str], str]
) -> None:
    url = database("shared")
    done = before(tmp_path).run("-c", TELLS, url)
    assert done.returncode == 0, done.stderr
    listening = connect(settings(Listening, url))
    async with listening.transaction() as tx:
        rows = (await (await tx.connection()).execute(ROWS)).mappings().all()
    await listening.engine.dispose()

    records = [
        Record(row["topic"], 0, 0, row["key"].encode(), tuple(wire(row)), row["payload"])
        for row in rows
    ]
    found = [read(record, "0380") for record in records]
    assert [one.reason for one in found] == [""] * 6
    heard = {one.event for one in found if isinstance(one, Heard)}
    assert heard == {None, made(0), made(1), made(2)}
