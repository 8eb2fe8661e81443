"""Half a year of the one member that is suspended while somebody works there."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.demo.conftest import Staging

from jobbpakten.demo import offices, results, years
from jobbpakten.demo.organisations import organisations
from jobbpakten.demo.people import people
from jobbpakten.demo.plays import Played, play
from jobbpakten.demo.wishes import Wishes

WEEKS = 26  # it is suspended eighteen weeks after it joined
SEED = 7
STORY = "suspended"
CANDIDATES = 20


@pytest.fixture(scope="module")
def played(staging: Staging) -> Iterator[Played]:
    ours = [one for one in organisations() if one.story == STORY]
    with pytest.MonkeyPatch.context() as patched, staging(f"demo-{uuid4().hex[:8]}") as stage:
        patched.setattr(years, "organisations", lambda: ours)
        for module in (offices, results):
            patched.setattr(module, "people", lambda: people()[:CANDIDATES])
        yield asyncio.run(play(stage, Wishes(SEED, WEEKS, once=True), lambda _: None))


def test_who_works_there_goes_on_and_nobody_else_comes(played: Played) -> None:
    found = played.result
    [remark] = found.remarks

    assert list(found.members) == [("suspended", "business")]
    assert remark.endswith("suspended: working conditions; of those who worked there, 1 went on")
    assert (found.bank["placements"], found.bank["places"]) == ({"running": 1}, {"paused": 1})
    assert (found.report["total"]["open"], found.report["total"]["released"]) == (1, 0)
    assert found.mails["member_suspended"] == 1
    assert found.standing.quiet
