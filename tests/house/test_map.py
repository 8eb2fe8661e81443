"""The map for those who change the code: what it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<what>[^|]+) \| `(?P<path>[^`]+)` \| `(?P<name>[^`]+)` \|$", re.MULTILINE)
ROWS = [row.groupdict() for row in ROW.finditer((ROOT / "AGENTS.md").read_text())]


def test_the_map_answers_thirty_questions_and_more() -> None:
    assert len(ROWS) >= 30
    assert len({row["what"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_each_file_of_the_map_is_there_with_the_name_in_it(row: dict[str, str]) -> None:
    assert row["name"] in (ROOT / row["path"]).read_text()
