"""Both sides in turn, again and again: whatever slows the machine down slows them alike."""

import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

ROUNDS = 5

Measure = Callable[[], Awaitable[float]]
Figures = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Line:
    """A row of the table: medians of a side and of its floor, and the ratio that is wanted."""

    what: str
    unit: str
    ours: float
    floor: str = ""
    theirs: float | None = None
    wanted: str = ""  # "≥ 1.0", "≤ 3", of the ratio, or of the figure where there is no floor

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def holds(self) -> bool | None:
        """Say whether it is as wanted; None where nothing is."""
        if not self.wanted:
            return None
        sign, limit = self.wanted.split()
        judged = self.ours if self.ratio is None else self.ratio
        return judged >= float(limit) if sign == "≥" else judged <= float(limit)


async def alternating(sides: Mapping[str, Measure], rounds: int = ROUNDS) -> Figures:
    """Measure each side once a round, beginning with another one each time; one round before."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    names = list(sides)
    for turn in range(rounds + 1):
        begin = turn % len(names)
        for name in names[begin:] + names[:begin]:
            figure = await sides[name]()
            if turn:  # the round before the first is for warming up
                found[name].append(figure)
    return found


def line(found: Figures, side: str, floor: str, unit: str, wanted: str = "") -> Line:
    """Set a side against its floor."""
    ours, theirs = statistics.median(found[side]), statistics.median(found[floor])
    return Line(side, unit, ours, floor, theirs, wanted)


def absolute(found: Figures, side: str, unit: str, wanted: str = "") -> Line:
    """Set a figure against what is wanted of it."""
    return Line(side, unit, statistics.median(found[side]), wanted=wanted)
