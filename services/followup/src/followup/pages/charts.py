"""The picture of a year: stacked columns, laid out here and drawn by `chart.html`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from followup.pages.texts import PageTexts
from followup.reports import Moment, Units

SERIES = ("kept", "open", "remaining", "lapsed", "released")
IN_PUBLIC = ("kept", "rest")  # where the others would tell of people
# Who can't tell the colours apart tells the patterns: stripes, a hatch, dots; the others are plain.
PATTERNS = {"open": "M0 4h8", "remaining": "M0 8L8 0M-2 2L2 -2M6 10L10 6", "released": "M3 4h2"}
# Heights in pixels, from above. Across, all is in per cent: it is as wide as what it is read on,
# and its texts stay as large.
HEIGHT, TOP, BOTTOM = 272, 8, 240
GAP = 0.3  # between two columns, of the room that each has


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a column: a unit's, from `top` downwards."""

    unit: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """A month's column, from `left` to the right."""

    left: float
    middle: float
    name: str
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn: lines with their numbers, columns, and what these are stacked from."""

    lines: Sequence[tuple[float, str]]
    columns: Sequence[Column]
    thickness: float
    series: Sequence[str]
    in_public: bool


def months_chart(months: Sequence[Moment], texts: PageTexts) -> Chart:
    """Lay out how the units stood month by month; the table beside it says the same."""
    in_public = any(moment.figures.open is None for moment in months)
    series = IN_PUBLIC if in_public else SERIES
    numbers = heights(max(1, *(moment.figures.promised for moment in months)))
    scale, room = (BOTTOM - TOP) / numbers[-1], 100 / len(months)
    return Chart(
        lines=[(round(BOTTOM - one * scale, 1), texts.number(one)) for one in numbers],
        columns=[
            Column(
                left=round(room * (place + GAP / 2), 2),
                middle=round(room * (place + 0.5), 2),
                name=texts.month_alone(moment.day),
                parts=[*stacked(moment.figures, series, scale)],
            )
            for place, moment in enumerate(months)
        ],
        thickness=round(room * (1 - GAP), 2),
        series=series,
        in_public=in_public,
    )


def stacked(figures: Units, series: Sequence[str], scale: float) -> Iterator[Part]:
    """Give the parts of a column from below, those that aren't nothing."""
    top = float(BOTTOM)
    for unit in series:
        height = of(figures, unit) * scale
        top -= height
        if height:
            yield Part(unit, round(top, 1), round(height, 1))


def heights(highest: int) -> Sequence[int]:
    """Give whole heights for the axis, seven at most, in steps that are easily counted."""
    steps = (digit * 10**zeros for zeros in count() for digit in (1, 2, 5))
    step = next(step for step in steps if 6 * step >= highest)
    return range(0, highest + step, step)


def of(figures: Units, unit: str) -> int:
    """Give the height of a unit; `rest` is what was promised and isn't shown as kept."""
    if unit == "rest":
        return figures.promised - of(figures, "kept")
    units: int | None = getattr(figures, unit)
    return units or 0
