"""Who comes to the bank: three hundred invented people, read from the CSV file beside this.

Their numbers are drawn, with 238 or 239 for serial as in some of the test numbers that go round.
Whether one of them was ever somebody's can't be looked up here. Names are common in Sweden, Arabic,
Syriac and Finnish ones among them.
"""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("candidates.csv")
BY_HAND = ("story", "needs")  # what a caseworker learns when they talk


@dataclass(frozen=True, slots=True)
class Person:
    """One candidate, with what her caseworker hears from her and the story that she lives."""

    row: dict[str, str]

    @property
    def unit(self) -> str:
        return self.row["unit"]

    @property
    def story(self) -> str:
        return self.row["story"]

    @property
    def needs(self) -> list[str]:
        return self.row["needs"].split()


def people() -> list[Person]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [Person(row) for row in csv.DictReader(lines)]


def as_file(several: list[Person]) -> str:
    """Give the file that a caseworker imports: without what is only learned by talking."""
    names = [name for name in several[0].row if name not in {*BY_HAND, "unit"}]
    lines = StringIO()
    writer: Any = csv.DictWriter(lines, names, extrasaction="ignore", delimiter=";")
    writer.writeheader()
    writer.writerows(one.row for one in several)
    return lines.getvalue()
