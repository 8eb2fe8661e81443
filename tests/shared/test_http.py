"""What every service has over HTTP: a clock, probes, metrics, a name for each call."""

from collections.abc import Callable

import httpx
from sqlalchemy import text
from tests.callers import bearer, settings
from tests.shared.notes import PLACE, Local, seen

from shared.database import connect, head_of, schema_is_at_head


async def test_the_clock_goes_forward_only_and_only_the_system_moves_it(
    http: httpx.AsyncClient,
) -> None:
    system = bearer("membership", "system")
    assert (await http.put("/clock", json={"today": "2026-03-01"})).status_code == 404
    for day, status in [("2026-03-01", 200), ("2026-03-05", 200), ("2026-03-04", 409)]:
        answer = await http.put("/clock", json={"today": day}, headers=system)
        assert answer.status_code == status
    assert (await http.post("/clock/due", headers=system)).json() == {"done": 0}


async def test_probes_and_metrics_need_no_token(http: httpx.AsyncClient) -> None:
    del http.headers["authorization"]
    assert (await http.get("/health/ready")).status_code == 200
    assert (await http.get("/health/startup")).status_code == 503
    assert "outbox_age_seconds" in (await http.get("/metrics")).text


def current_correlation() -> str:
    return seen[-1]


async def test_free_text_and_what_may_be_somebodys_number_are_no_correlation_id(
    http: httpx.AsyncClient,
) -> None:
    for asked, kept in [
        ("Anna, Storgatan 1", False),
        ("a-1.b_2", True),
        ("call-890102-3286", False),
        ("198901023286", False),
        ("890102-3287", True),  # nobody's: the checksum is wrong
    ]:
        await http.post(PLACE, json={"text": "x"}, headers={"X-Correlation-Id": asked})
        assert (current_correlation() == asked) == kept


async def test_the_schema_of_a_later_release_will_do(database: Callable[[str], str]) -> None:
    about = connect(settings(Local, database("membership")))
    head = head_of("membership")
    later = f"{int(head) + 1:04}"
    for number, good in [("0001", False), (later, True), (head, True)]:  # and as it was again
        async with about.transaction() as tx:
            await (await tx.connection()).execute(
                text("UPDATE alembic_version SET version_num = :number"), {"number": number}
            )
            assert await schema_is_at_head("membership", tx) == good
    await about.engine.dispose()
