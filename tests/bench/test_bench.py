"""The bench runs, with sizes so small that its figures mean nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.bench import hearing, ranking, relaying, reports, strangers, waiting
from tests.bench.rounds import Line, absolute, alternating, line
from tests.bench.stages import Stage
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts.kafka import Kafka
from jobbpakten_local.parts.postgres import Postgres

LIMIT_SECONDS = 5 * PATIENCE_S
PARTS: dict[str, Callable[[Stage], Awaitable[list[Line]]]] = {
    "relay": lambda stage: relaying.measured(stage, 1, 50),
    "ledger": lambda stage: hearing.measured(stage, 1, 50),
    "rest": lambda stage: waiting.measured(stage, 1, 1),
    "report": lambda stage: strangers.measured(stage, 1, 50),
    "matching": lambda stage: ranking.measured(stage, 1, (500, 20, 5)),
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_measures_both_sides(part: str, postgres: Postgres, kafka: Kafka) -> None:
    async with asyncio.timeout(LIMIT_SECONDS):
        found = await PARTS[part](Stage(postgres, kafka))
    assert all(one.ours > 0 for one in found)
    assert any(one.theirs for one in found)
    assert any(one.wanted for one in found)


async def test_sides_take_turns_and_the_first_round_warms_up() -> None:
    turns = []

    def side(name: str) -> Callable[[], Awaitable[float]]:
        async def measure() -> float:
            turns.append(name)
            return len(turns)

        return measure

    found = await alternating({"a": side("a"), "b": side("b")}, 2)
    assert "".join(turns) == "abbaab"
    assert found == {"a": [4, 5], "b": [3, 6]}


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted", "holds"),
    [
        (10, 10, "≥ 1.0", True),
        (9, 10, "≥ 1.0", False),
        (30, 10, "≤ 3", True),
        (31, 10, "≤ 3", False),
        (31, 10, "", None),
    ],
)
def test_a_line_says_whether_it_is_as_wanted(
    ours: float, theirs: float, wanted: str, *, holds: bool | None
) -> None:
    found = {"ours": [0, ours, 1_000], "theirs": [theirs]}
    assert line(found, "ours", "theirs", "ms", wanted).holds is holds


def test_a_figure_without_floor_is_judged_itself() -> None:
    assert absolute({"whole": [1.9]}, "whole", "s", "≤ 2").holds is True
    assert absolute({"whole": [2.1]}, "whole", "s", "≤ 2").holds is False


def test_the_document_has_a_place_for_the_table() -> None:
    assert reports.BLOCK.search(reports.DOCUMENT.read_text())
