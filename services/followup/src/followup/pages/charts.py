"""Charts, drawn on the server: plain SVG that the page's own style sheet colours."""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element

from followup.pages.drawing import StackedBar
from followup.pages.texts import Texts
from followup.reports import Moment
from followup.rules import Figures

SERIES = ("kept", "open", "remaining", "lapsed", "released")
# pygal: its script, its style sheet, its tooltips, and texts that only the tooltips show.
UNWANTED_TAGS = {"defs", "title", "desc"}
UNWANTED_CLASSES = {"plot overlay", "plot text-overlay", "plot tooltip-overlay"}


def months_chart(months: Sequence[Moment], texts: Texts) -> str:
    """Draw how the units stood month by month; the table beside it says the same."""
    chart = StackedBar(
        classes=("chart",),
        width=960,
        height=400,
        margin=8,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(SERIES),
        legend_box_size=14,
        disable_xml_declaration=True,
        js=(),
        css=(),
        range=(0, max(1, *(moment.figures.promised for moment in months))),
        max_scale=8,
        formatter=lambda height: texts.number(int(height)),
        x_labels=[texts.month_alone(moment.day) for moment in months],
    )
    for unit in SERIES:
        chart.add(texts.called(unit, "unit"), [of(moment.figures, unit) for moment in months])
    chart.add_xml_filter(lambda svg: described(plain(svg), texts))
    return str(chart.render())


def of(figures: Figures, unit: str) -> int:
    units: int = getattr(figures, unit)
    return units


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


def described(svg: Element, texts: Texts) -> Element:
    """Say what the picture shows to whoever can't see it."""
    gettext = texts.catalogue.gettext
    title, description = Element("title", id="chart-title"), Element("desc", id="chart-desc")
    title.text = gettext("Promised units, month by month")
    description.text = gettext(
        "One column a month, stacked from what was kept, is open, remains, lapsed and was released."
    )
    svg.insert(0, title)
    svg.insert(1, description)
    svg.attrib |= {"role": "img", "aria-labelledby": "chart-title chart-desc"}
    return svg
