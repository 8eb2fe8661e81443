"""A suspension that was heard while its network wasn't run here: noted, and found out in time."""

from datetime import date

from sqlalchemy import text
from tests.matching.support.pairs import COLLEAGUE, PLAN, Bank

DAY = date(2026, 3, 1)


async def moved(ours: Bank, network: str) -> None:
    """Let the places stand in a network, whether or not it is run here."""
    async with ours.matching.database.transaction() as tx:
        move = text("UPDATE places SET network = :network")
        await (await tx.connection()).execute(move, {"network": network})


async def test_it_is_noted_and_nothing_else_changes(ours: Bank) -> None:
    await ours.place()
    await moved(ours, "elsewhere")
    await ours.suspend(on=DAY)
    await ours.reinstate(on=DAY)
    await ours.suspend(on=DAY)
    (member,) = await ours.rows("SELECT suspended_on, was_suspended_on FROM members")
    assert tuple(member) == (DAY, DAY)
    assert [row.state for row in await ours.rows("SELECT state FROM places")] == ["open"]


async def test_nobody_is_released_or_accepted_there_when_it_is_run_again(ours: Bank) -> None:
    place = await ours.place()
    consented = await ours.consented(place, await ours.candidate())
    wanted = await ours.wanted(place, await ours.candidate())
    await moved(ours, "elsewhere")
    await ours.suspend(on=DAY)
    await moved(ours, "jobbpakten")
    refused = (409, "member_suspended")
    assert await ours.refused(f"/matches/{consented}/release") == refused
    accepting = f"/matches/{wanted}/acceptance"
    assert await ours.refused(accepting, PLAN, actor=COLLEAGUE) == refused
