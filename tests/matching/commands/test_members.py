"""Where one place, match or candidate fails, the others follow what was heard, and what is due."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from tests.matching.support.pairs import Bank

from jobbpakten_events.membership import MembershipEnded
from shared.database import Database

DAY, LATER = date(2026, 3, 1), date(2026, 3, 2)


async def done_by_hand(ours: Bank, sql: str) -> None:
    async with ours.matching.database.transaction() as tx:
        await (await tx.connection()).execute(text(sql))


async def states(ours: Bank) -> dict[str, str]:
    return {str(row.id): row.state for row in await ours.rows("SELECT id, state FROM places")}


async def told(ours: Bank, act: str) -> None:
    if act == "suspend":
        await ours.suspend(on=DAY)
    elif act == "reinstate":
        await ours.reinstate(on=LATER)
    else:
        ended = MembershipEnded(membership_id=ours.promise.membership_id, ground="withdrawn")
        await ours.matching.hears(ended)


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [("suspend", "open", "paused"), ("reinstate", "paused", "open"), ("end", "open", "closed")],
)
async def test_a_place_that_cannot_follow_its_member_keeps_no_other_and_follows_when_mended(
    ours: Bank, act: str, before: str, after: str, any_day: Callable[[Database, str], None]
) -> None:
    any_day(ours.matching.database, "places")
    places = [await ours.place() for _ in range(3)]
    if act == "reinstate":
        await ours.suspend(on=DAY)
    (day,) = await ours.rows(f"SELECT ends_before FROM places WHERE id = '{places[1]}'")
    broken = f"UPDATE places SET ends_before = '20000-01-01' WHERE id = '{places[1]}'"
    await done_by_hand(ours, broken)
    await told(ours, act)
    found = await states(ours)
    assert [found[place] for place in places] == [after, before, after]
    assert ours.matching.undone("places") == 1
    assert await ours.matching.do_what_is_due() == 0
    await done_by_hand(ours, broken.replace("20000-01-01", f"{day.ends_before}"))
    assert await ours.matching.do_what_is_due() == 1
    assert await states(ours) == dict.fromkeys(places, after)
    assert ours.matching.undone("places") == 0


async def test_a_match_that_cannot_be_ended_keeps_no_other_and_no_place(ours: Bank) -> None:
    places = [await ours.place() for _ in range(2)]
    asked = [await ours.released(places[n // 2], await ours.candidate()) for n in range(3)]
    broken = f"UPDATE slots SET state = 'used' WHERE match_id = '{asked[1]}'"
    await done_by_hand(ours, broken)
    await ours.suspend(on=DAY)
    assert await states(ours) == dict.fromkeys(places, "paused")
    assert [await ours.state(one) for one in asked] == ["withdrawn", "employer_asked", "withdrawn"]
    assert ours.matching.undone("matches") == 1
    await done_by_hand(ours, broken.replace("used", "reserved"))
    assert await ours.matching.do_what_is_due() == 1
    assert await ours.state(asked[1]) == "withdrawn"
    assert (ours.matching.undone("matches"), await ours.matching.do_what_is_due()) == (0, 0)


async def test_a_candidate_or_a_match_that_cannot_even_be_read_keeps_no_other(
    ours: Bank, any_day: Callable[[Database, str], None]
) -> None:
    any_day(ours.matching.database, "candidates")
    any_day(ours.matching.database, "matches")
    place = await ours.place(slots=3)
    refs = [await ours.candidate() for _ in range(3)]
    late = [await ours.released(place, ref, until="2026-03-05") for ref in refs]
    too_late = "'20000-01-01'"
    await done_by_hand(ours, f"UPDATE matches SET since = {too_late} WHERE id = '{late[1]}'")
    await ours.matching.set_the_day(date(2026, 3, 6))
    assert await ours.matching.do_what_is_due() == 2
    assert ours.matching.undone("matches") == 1
    await done_by_hand(ours, f"UPDATE candidates SET since = {too_late} WHERE id = '{refs[0]}'")
    await ours.matching.set_the_day(date(2027, 6, 1))
    await ours.matching.do_what_is_due()
    # She whose match can't be read cannot be hidden either.
    assert ours.matching.undone("candidates") == 2
    looked_at = f"SELECT look_again_on FROM candidates WHERE id = '{refs[2]}'"
    (third,) = await ours.rows(looked_at)
    assert third.look_again_on is None or third.look_again_on > date(2027, 6, 1)
