"""Half a year of the one member that is suspended while somebody works there."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from tests.demo.conftest import Staging
from tests.support.subjects import template_of

from jobbpakten_local.demo import results, simulation
from jobbpakten_local.demo.network import units
from jobbpakten_local.demo.network.organisations import organisations
from jobbpakten_local.demo.network.people import people
from jobbpakten_local.demo.options import Options
from jobbpakten_local.demo.run import Played, play

WEEKS = 26  # it is suspended eighteen weeks after it joined
SEED = 7
STORY = "suspended"
CANDIDATES = 20


@pytest.fixture(scope="module")
def played(staging: Staging) -> Iterator[tuple[Played, Counter[str]]]:
    ours = [one for one in organisations() if one.story == STORY]
    with pytest.MonkeyPatch.context() as patched, staging(f"demo-{uuid4().hex[:8]}") as system:
        patched.setattr(simulation, "organisations", lambda: ours)
        for module in (units, results):
            patched.setattr(module, "people", lambda: people()[:CANDIDATES])
        story = asyncio.run(play(system, Options(SEED, WEEKS, once=True), lambda _: None))
        yield story, Counter(map(template_of, system.post.messages()))


def test_who_works_there_goes_on_and_nobody_else_comes(
    played: tuple[Played, Counter[str]],
) -> None:
    found, mails = played[0].result, played[1]
    [remark] = found.remarks

    assert list(found.members) == [("suspended", "business")]
    assert remark.endswith("suspended: working conditions; of those who worked there, 1 went on")
    assert (found.bank["placements"], found.bank["places"]) == ({"running": 1}, {"paused": 1})
    assert (found.report["total"]["open"], found.report["total"]["released"]) == (1, 0)
    assert mails["member_suspended"] == 1
    assert found.standing.quiet
