"""The picture: whole units, colours and patterns that can be told apart, texts that can be read."""

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.followup.api.test_reports import REPORT, TODAY, whole

from followup import pages
from followup.pages.charts import BOTTOM, PATTERNS, SERIES, heights, months_chart
from followup.pages.texts import PageTexts
from followup.reports import Moment

STYLE = Path(pages.__file__).with_name("style.css").read_text()
SVG = "{http://www.w3.org/2000/svg}"


def drawn(months: Sequence[Moment], language: str) -> ET.Element:
    """Give the picture as a page has it."""
    chart = months_chart(months, PageTexts(language))
    module: Any = pages.environment(PageTexts(language)).get_template("chart.html").module
    return ET.fromstring(f"<figure>{module.drawn(chart)}</figure>")


PICTURE = drawn(REPORT.months, "sv")


def test_the_columns_stand_on_the_axis_and_each_is_as_high_as_what_was_promised() -> None:
    chart = months_chart(REPORT.months, PageTexts("sv"))
    (foot, _), (one_up, _) = chart.lines[:2]

    assert len(chart.columns) == len(REPORT.months)
    for column, moment in zip(chart.columns, REPORT.months, strict=True):
        bottoms = [BOTTOM, *(part.top for part in column.parts)]
        for part, bottom in zip(column.parts, bottoms, strict=False):
            assert part.top + part.height == pytest.approx(bottom, abs=0.2)
        per_unit = (foot - one_up) / heights(max(m.figures.promised for m in REPORT.months))[1]
        whole_height = sum(part.height for part in column.parts)
        assert whole_height == pytest.approx(moment.figures.promised * per_unit, abs=1)


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (31, [0, 10, 20, 30, 40]),
        (12_345, [0, 5_000, 10_000, 15_000]),
    ],
)
def test_the_axis_counts_whole_units(highest: int, expected: list[int]) -> None:
    assert list(heights(highest)) == expected


def test_the_axis_writes_numbers_as_people_do() -> None:
    several = [Moment(TODAY, whole(promised=12_345, remaining=12_345))]

    for language, number in (("sv", "10\xa0000"), ("en", "10,000")):
        labels = drawn(several, language).iter(f"{SVG}text")
        assert number in {label.text for label in labels}


def luminance(colour: str) -> float:
    """Compute it as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_colours_of_the_picture_can_be_told_from_the_paper_and_from_each_other() -> None:
    colours = dict(re.findall(r"--(\w+): (#\w{6})", STYLE))

    for unit in SERIES:
        assert contrast(colours[unit], "#ffffff") >= 3, unit
    for one, other in combinations(SERIES, 2):
        by_pattern = PATTERNS.get(one) != PATTERNS.get(other)
        assert by_pattern or contrast(colours[one], colours[other]) >= 3, (one, other)


def test_what_has_a_pattern_is_filled_with_it() -> None:
    fills = dict(re.findall(r"\.part\.(\w+) \{ fill: (?:url\(#pattern-|var\(--)(\w+)\)", STYLE))

    assert {unit: fills.get(unit, unit) for unit in SERIES} == {unit: unit for unit in SERIES}
    assert fills["rest"] == "open"
    assert {f"pattern-{unit}" for unit in PATTERNS} == {
        found.get("id") for found in PICTURE.iter(f"{SVG}pattern")
    }
    assert set(re.findall(r"#pattern-(\w+)", STYLE)) == set(PATTERNS)


def test_what_is_written_can_be_read() -> None:
    colours = dict(re.findall(r"--(\w+): (#\w{6})", STYLE))

    for unit in ("ink", "soft", "kept"):  # of all texts, and of the links
        assert contrast(colours[unit], "#ffffff") >= 4.5, unit
    assert {*re.findall(r"[{ ]color: var\(--(\w+)\)", STYLE)} == {"ink", "soft", "kept"}
