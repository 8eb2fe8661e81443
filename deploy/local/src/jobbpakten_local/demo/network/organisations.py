"""Who applies: forty invented organisations of all sectors, read from the CSV file beside this.

No series of organisation numbers is set aside for tests. These lie at the end of each series
(559999, 802999, …), which the registries are far from; the sole trader has a number that
Skatteverket publishes for tests.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("organisations.csv")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One that applies, and the story that it lives through."""

    number: str
    name: str
    sector: str
    size: str
    municipal_unit: bool
    story: str


def organisations() -> list[Organisation]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return [organisation(row) for row in csv.DictReader(lines)]


def organisation(row: dict[str, str]) -> Organisation:
    return Organisation(**{**row, "municipal_unit": row["municipal_unit"] == "yes"})  # type: ignore[arg-type]
