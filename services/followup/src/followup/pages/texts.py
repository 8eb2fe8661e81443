"""What the pages say in each language: sentences, names of codes, numbers and days.

English sentences stand in the pages. Other languages, and the names of codes, are gettext
catalogues beside this file, compiled when first needed: nobody builds anything after a change.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Protocol, TypeVar

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LANGUAGES = {"sv": "Svenska", "en": "English"}
# English days as Swedish readers of English expect them: 22 November 2026.
LOCALES = {"sv": "sv_SE", "en": "en_GB"}
AFTER_Z = str.maketrans("åäö", "{|}")


class Coded(Protocol):
    """A row of a table that is about a code."""

    @property
    def code(self) -> str: ...


Row = TypeVar("Row", bound=Coded)


class Texts:
    """One language's way of saying things."""

    def __init__(self, language: str) -> None:
        self.locale = Locale.parse(LOCALES[language])
        self.catalogue = catalogue(language)

    def called(self, code: str, of: str) -> str:
        """Give the name of a code, such as the offer `study_visit`; a new one reads well enough."""
        plain = code.replace("_", " ").replace("-", " ").capitalize()
        named = self.catalogue.pgettext(of, code)
        return plain if named == code else named

    def by_name(self, rows: Iterable[Row], of: str) -> list[Row]:
        """Sort rows by the names of their codes; what isn't known comes last."""
        return sorted(rows, key=lambda row: (row.code == "unknown", self.place(row.code, of)))

    def place(self, code: str, of: str) -> str:
        """Give what a name is sorted by: in Swedish, å, ä and ö come after z."""
        return self.called(code, of).casefold().translate(AFTER_Z)

    def number(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def share(self, part: int, whole: int) -> str:
        """Give a share in whole per cent; a dash where there is nothing to share."""
        return format_percent(part / whole, locale=self.locale) if whole else "–"

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)

    def period(self, starts_on: date, ends_before: date) -> str:
        """Give a period by its first and its last day."""
        last = ends_before - timedelta(days=1)
        return format_interval(starts_on, last, "yMMMd", locale=self.locale)

    def month_alone(self, day: date) -> str:
        return format_date(day, "LLL", locale=self.locale)

    def month(self, day: date) -> str:
        return format_skeleton("yMMM", day, locale=self.locale)


def catalogue(language: str) -> GNUTranslations:
    compiled = BytesIO()
    with Path(__file__).with_name(f"{language}.po").open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
