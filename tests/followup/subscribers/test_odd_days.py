"""Whatever lies within an event's bounds breaks no report and no page, however odd it is."""

from itertools import product

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import COMPLETED, PARTLY, World, records

from jobbpakten_events import FIRST_DAY, LAST_DAY

FIRST, LAST = FIRST_DAY.isoformat(), LAST_DAY.isoformat()
DAYS = (FIRST, "2026-06-30", LAST)


@pytest.mark.parametrize("happened_on", DAYS)
async def test_periods_that_end_before_they_begin_break_no_page(
    followup: Followup, happened_on: str
) -> None:
    world = World(happened_on)
    told = [(world.applied("a"), happened_on), (world.in_force("a"), happened_on)]
    for number, period in enumerate(product(DAYS, DAYS)):
        name, units = f"promise {number}", 1_000_000
        days = dict(zip(("starts_on", "ends_before"), period, strict=True))
        told += [
            (world.places(name, units, period=period), happened_on),
            (world.opened(f"place of {name}", name, units), happened_on),
            (world.placement(COMPLETED, f"p {number}", "x", name), happened_on),
            (world.placement(PARTLY, f"q {number}", "x", name, last_day=FIRST, **days), LAST),
        ]
    await followup.hears(*records(told))
    await followup.due(LAST)

    network, member = "/networks/jobbpakten", f"/members/{world.id('a')}"
    async with followup.client("coordinator") as staff:
        for path, day in product((network, network + member), ("", "?day=2026-07-31")):
            for kind in ("report", "report.html"):
                answer = await staff.get(f"{path}/{kind}{day}")
                assert answer.status_code == 200, (path, kind, answer.text)
        for number in range(9):
            path = f"{network}/ledger/commitments/{world.id(f'promise {number}')}"
            answer = await staff.get(path)
            assert answer.status_code == 200, answer.text


async def test_a_day_that_no_event_has_breaks_no_report_of_strangers(followup: Followup) -> None:
    await followup.hears(*records([(World().applied("a"), "2026-01-02")]))
    for day in ("0001-01-01", "-infinity", "infinity"):
        await followup.rows(f"UPDATE members SET applied_on = '{day}' RETURNING 1")
        await followup.today("2026-11-22")
        async with followup.client() as stranger:
            for path in ("report", "report.html", "report?day=2001-01-31"):
                assert (await stranger.get(f"/networks/jobbpakten/{path}")).status_code == 200
