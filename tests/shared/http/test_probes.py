"""What every service has over HTTP: a clock, probes, metrics, a name for each call."""

from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text
from tests.shared.support.notes import PLACE, Local, nothing_due, router, seen
from tests.support.callers import bearer, client, settings
from tests.support.eventually import eventually

from shared import service
from shared.database import connect, head_of, schema_is_at_head
from shared.messaging.inbox import Hears

NO_DAYS: list[object] = [
    *(1_772_323_200, 1_772_323_200.0, "1772323200", True, None, [], {}, "", "today"),
    *("2026-03-02T00:00:00+02:00", "2026-03-02T00:00:00", "2026-03-02 ", "20260302", "2026-W10-1"),
    *("2026-3-2", "２０２６-03-02", "2026-02-30", "2026-03-02\n", "2026-03-02\x00"),
    *("0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31", "10000-01-01"),
]


async def test_the_clock_goes_forward_only_and_only_the_system_moves_it(
    http: httpx.AsyncClient,
) -> None:
    system = bearer("membership", "system")
    assert (await http.put("/clock", json={"today": "2026-03-01"})).status_code == 404
    for day, status in [("2026-03-01", 200), ("2026-03-05", 200), ("2026-03-04", 409)]:
        answer = await http.put("/clock", json={"today": day}, headers=system)
        assert answer.status_code == status
    assert (await http.post("/clock/due", headers=system)).json() == {"done": 0, "failed": []}


@pytest.mark.parametrize("day", NO_DAYS)
async def test_the_clock_takes_a_day_as_bodies_do(http: httpx.AsyncClient, day: object) -> None:
    system = bearer("membership", "system")
    answer = await http.put("/clock", json={"today": day}, headers=system)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/today"


async def test_probes_and_metrics_need_no_token(http: httpx.AsyncClient) -> None:
    del http.headers["authorization"]
    assert (await http.get("/health/ready")).status_code == 200
    assert (await http.get("/health/startup")).status_code == 200
    assert "outbox_age_seconds" in (await http.get("/metrics")).text


async def test_ready_says_what_keeps_us_from_kafka_and_takes_nobodys_calls_away(
    database: Callable[[str], str],
) -> None:
    about = settings(Local, database("membership"), kafka_servers="127.0.0.1:1")
    app = service.assemble(about, router, hears=Hears(), due=[nothing_due])
    async with app.router.lifespan_context(app), client(app) as http:

        async def is_said() -> None:
            answer = await http.get("/health/ready")
            assert answer.status_code == 200
            why = "Kafka at 127.0.0.1:1 isn't there (connection refused): start it, or correct"
            assert answer.text.count(why) == 1

        await eventually(is_said)


@pytest.mark.parametrize("path", ["/health/ready", "/metrics", "/openapi.json", PLACE, "/nowhere"])
async def test_head_is_answered_like_get_without_the_body(
    http: httpx.AsyncClient, path: str
) -> None:
    get, head = await http.get(path), await http.head(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    lengths = [int(answer.headers.pop("content-length")) for answer in (get, head)]
    assert (head.headers, lengths[0] == lengths[1] or path == "/metrics") == (get.headers, True)
    assert lengths[0] == len(get.content)


async def test_head_is_a_call_of_its_own_in_no_description(http: httpx.AsyncClient) -> None:
    paths = (await http.get("/openapi.json")).json()["paths"]

    assert not [path for path, calls in paths.items() if "head" in calls]
    assert (await http.head("/clock/due")).status_code == 405


@pytest.mark.parametrize("path", ["/health/ready", "/metrics", PLACE, "/nowhere", f"{PLACE}?a=%00"])
async def test_no_answer_is_kept_by_anybody(http: httpx.AsyncClient, path: str) -> None:
    posted = await http.post(PLACE, json={"text": "bug"})
    for answer in (await http.get(path), posted):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


ODD = ["%00", "a%00b", "%0a", "%0d%0aX:%201", "%1b%5B0m", "%7f", "%C2%85", "%01"]


@pytest.mark.parametrize("odd", ODD)
async def test_nothing_is_called_by_what_nobody_sees(http: httpx.AsyncClient, odd: str) -> None:
    for path, status in {
        f"/networks/{odd}/notes": 404,
        f"/networks/jobbpakten{odd}/notes": 404,
        f"{PLACE}?q={odd}": 422,
        f"{PLACE}?{odd}=1": 422,
        f"/health/ready?{odd}": 422,
    }.items():
        answer = await http.get(path)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["content-type"] == "application/problem+json"


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
        ("1989-01-02-3286", False),
        ("20000067.2386", False),
        ("000101-T220", False),
        ("00000000-0000-4000-8000-198901023286", False),
        ("0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f", True),
        ("890102-3287", False),  # somebody's with a slip of the pen
        ("2026-03-02-17", True),
    ]:
        await http.post(PLACE, json={"text": "x"}, headers={"X-Correlation-Id": asked})
        assert (current_correlation() == asked) == kept


@pytest.mark.parametrize("claim", ["actor", "role", "unit"])
@pytest.mark.parametrize("written", ["198901023286", "1989-01-02-3286", "000101-T220"])
async def test_no_token_holds_an_identity_number(
    http: httpx.AsyncClient, claim: str, written: str
) -> None:
    headers = bearer("membership", **({"role": "signatory"} | {claim: f"a-{written}"}))
    answer = await http.post(PLACE, json={"text": "x"}, headers=headers)
    assert answer.status_code == 401


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
    async with about.transaction() as tx:  # as a migration that was broken off leaves it
        await (await tx.connection()).execute(text("DELETE FROM alembic_version"))
        assert not await schema_is_at_head("membership", tx)
        await tx.rollback()
    await about.engine.dispose()
