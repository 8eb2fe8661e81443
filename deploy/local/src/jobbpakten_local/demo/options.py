"""What the environment asks of the demo: SEED, WEEKS and ONCE."""

import os
from dataclasses import dataclass
from typing import Self

YEAR_WEEKS = 52
USUAL_SEED = 7


class Unclear(ValueError):
    """A wish that can't be granted; the text is one sentence with cause and fix."""


@dataclass(frozen=True, slots=True)
class Options:
    """Which year is told, how much of it, and whether the demo stays up after it."""

    seed: int
    weeks: int
    once: bool

    @classmethod
    def from_environment(cls) -> Self:
        """Read them; Unclear when one is no number, or a year of more weeks than there are."""
        weeks = number("WEEKS", YEAR_WEEKS)
        if not 1 <= weeks <= YEAR_WEEKS:
            raise Unclear(f"WEEKS={weeks} can't be told: take 1 to {YEAR_WEEKS}, or leave it out.")
        return cls(number("SEED", USUAL_SEED), weeks, os.environ.get("ONCE", "") not in {"", "0"})


def number(name: str, usual: int) -> int:
    written = os.environ.get(name) or str(usual)
    try:
        return int(written)
    except ValueError:
        raise Unclear(
            f"{name}={written} is no whole number: correct it, or leave it out."
        ) from None
