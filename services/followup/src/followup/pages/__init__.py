"""Reports as pages that a person reads: one file, no script, made on the server."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from followup.pages.charts import HEIGHT, PATTERNS, months_chart
from followup.pages.texts import PageTexts
from followup.profiles import Profile
from followup.reports import MemberReport, NetworkReport, Units
from shared.texts import LANGUAGES


class Pages:
    """Writes reports in the words of the networks that are run here."""

    def __init__(self, networks: Mapping[str, Profile]) -> None:
        self.networks = networks
        self.words = cache(self.words_of)

    def network(self, report: NetworkReport, language: str, asked: date | None = None) -> str:
        """Write a network's report in one of LANGUAGES; links keep the day that was asked for."""
        return self.written("network.html", report, language, asked)

    def member(self, report: MemberReport, language: str, asked: date | None = None) -> str:
        """Write a member's report in one of LANGUAGES; links keep the day that was asked for."""
        return self.written("member.html", report, language, asked)

    def written(
        self, page: str, report: NetworkReport | MemberReport, language: str, asked: date | None
    ) -> str:
        # One that isn't run here any more has no words of its own, and no place is kept for them.
        own = report.network if report.network in self.networks else ""
        texts, pages = self.words(language, own)
        chart = months_chart(report.months, texts)
        return pages.get_template(page).render(report=report, chart=chart, asked=asked)

    def words_of(self, language: str, network: str) -> tuple[PageTexts, Environment]:
        texts = PageTexts(language, self.networks.get(network))
        return texts, environment(texts)


def environment(texts: PageTexts) -> Environment:
    """Make what fills the pages in, in one language and one network's words."""
    pages = Environment(
        loader=PackageLoader("followup", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"number": texts.number, "share": texts.share, "day": texts.day}
    pages.filters |= {"month": texts.month, "period": texts.period, "called": texts.called}
    pages.filters |= {"by_name": texts.by_name, "moment": texts.moment}
    pages.globals |= {"say": texts.say, "count": texts.count, "language": texts.language}
    pages.globals |= {"languages": LANGUAGES, "units": Units.__slots__}
    pages.globals |= {"patterns": PATTERNS, "height": HEIGHT, "told_of": told_of}
    pages.globals |= {"municipality": texts.municipality}
    return pages


def told_of(rows: Iterable[Units]) -> list[str]:
    """Name the units of which a row says how many: no column holds nothing but dashes.

    Where nothing was promised it says nought of all of them.
    """
    figures = [asdict(row) for row in rows if row.promised or row.extra]
    return [unit for unit in Units.__slots__ if any(row[unit] is not None for row in figures)]
