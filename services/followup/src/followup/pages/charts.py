"""Charts, drawn on the server: plain SVG that the page's own style sheet colours."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from followup.pages.drawing import StackedBar, Style
from followup.pages.texts import Texts
from followup.reports import Moment, Units

SERIES = ("kept", "open", "remaining", "lapsed", "released")
IN_PUBLIC = ("kept", "rest")  # where the others would tell of people
# Who can't tell the colours apart tells the patterns: stripes, a hatch, dots; the others are plain.
PATTERNS = {"open": "M0 4h8", "remaining": "M0 8L8 0M-2 2L2 -2M6 10L10 6", "released": "M3 4h2"}
FONT_UNITS = 16  # of the picture; the style sheet sets its texts in the same size
# pygal: its script, its style sheet, its tooltips, and texts that only the tooltips show.
UNWANTED_TAGS = {"defs", "title", "desc"}
UNWANTED_CLASSES = {"plot overlay", "plot text-overlay", "plot tooltip-overlay"}


def months_chart(months: Sequence[Moment], texts: Texts) -> str:
    """Draw how the units stood month by month; the table beside it says the same."""
    series = IN_PUBLIC if any(moment.figures.open is None for moment in months) else SERIES
    highest = max(1, *(moment.figures.promised for moment in months))
    chart = StackedBar(
        classes=("chart",),
        style=Style(label_font_size=FONT_UNITS, legend_font_size=FONT_UNITS),
        width=800,
        height=400,
        margin=8,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        legend_box_size=14,
        disable_xml_declaration=True,
        js=(),
        css=(),
        range=(0, highest),
        y_labels=heights(highest),
        value_formatter=lambda height: texts.number(int(height)),
        x_labels=[texts.month_alone(moment.day) for moment in months],
    )
    for unit in series:
        chart.add(texts.called(unit, "unit"), [of(moment.figures, unit) for moment in months])
    chart.add_xml_filter(lambda svg: described(plain(svg), texts, series))
    return str(chart.render())


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


def plain(svg: Element) -> Element:
    """Leave nothing but shapes and labels."""
    for parent in list(svg.iter()):
        for child in list(parent):
            if is_unwanted(child):
                parent.remove(child)
    return svg


def is_unwanted(element: Any) -> bool:
    # ElementTree: the tag of a comment is a function.
    tag, classes = element.tag, element.get("class")
    return callable(tag) or tag in UNWANTED_TAGS or classes in UNWANTED_CLASSES


def described(svg: Element, texts: Texts, series: Sequence[str]) -> Element:
    """Say what the picture shows to whoever can't see it."""
    gettext = texts.catalogue.gettext
    title, description = Element("title", id="chart-title"), Element("desc", id="chart-desc")
    title.text = gettext("Promised units, month by month")
    description.text = gettext(
        "One column a month, stacked from what was kept, is open, remains, lapsed and was released."
    )
    if series == IN_PUBLIC:
        description.text = gettext(
            "One column a month, stacked from what was kept and the rest of what was promised."
        )
    svg.insert(0, title)
    svg.insert(1, description)
    svg.insert(2, patterns())
    svg.attrib |= {"role": "img", "aria-labelledby": "chart-title chart-desc"}
    return svg


def patterns() -> Element:
    """Draw what fills the series that have a pattern: the gaps in it show the paper."""
    drawn = Element("defs")
    size = {"width": "8", "height": "8"}
    for unit, gaps in PATTERNS.items():
        place = {"id": f"pattern-{unit}", "patternUnits": "userSpaceOnUse"}
        pattern = SubElement(drawn, "pattern", place | size)
        SubElement(pattern, "rect", {"class": unit} | size)
        SubElement(pattern, "path", {"class": "gap", "d": gaps})
    return drawn
