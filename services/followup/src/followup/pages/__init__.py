"""Reports as pages that a person reads: one file, no script, made on the server."""

from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from followup.pages.charts import HEIGHT, LEFT, PATTERNS, RIGHT, WIDTH, months_chart
from followup.pages.texts import PageTexts
from followup.reports import MemberReport, NetworkReport, Units
from shared.texts import LANGUAGES


def network(report: NetworkReport, language: str, asked: date | None = None) -> str:
    """Write a network's report in one of LANGUAGES; links keep the day that was asked for."""
    return written("network.html", report, language, asked)


def member(report: MemberReport, language: str, asked: date | None = None) -> str:
    """Write a member's report in one of LANGUAGES; links keep the day that was asked for."""
    return written("member.html", report, language, asked)


def written(
    page: str, report: NetworkReport | MemberReport, language: str, asked: date | None
) -> str:
    chart = months_chart(report.months, texts_in(language))
    template = pages_in(language).get_template(page)
    return template.render(report=report, chart=chart, asked=asked)


@cache
def texts_in(language: str) -> PageTexts:
    return PageTexts(language)


@cache
def pages_in(language: str) -> Environment:
    texts = texts_in(language)
    pages = Environment(
        loader=PackageLoader("followup", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"number": texts.number, "share": texts.share, "day": texts.day}
    pages.filters |= {"month": texts.month, "period": texts.period, "called": texts.called}
    pages.filters |= {"by_name": texts.by_name}
    pages.globals |= {"say": texts.say, "count": texts.count, "language": language}
    pages.globals |= {"languages": LANGUAGES, "units": Units.__slots__}
    pages.globals |= {"patterns": PATTERNS, "size": (WIDTH, HEIGHT), "edges": (LEFT, RIGHT)}
    return pages
