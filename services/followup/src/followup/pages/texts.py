"""What the pages say in each language (`sv.yaml`, `en.yaml`), and how it writes figures."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import format_percent

from followup.profiles import Profile
from followup.rules.closing import month_end
from shared.texts import Texts

AFTER_Z = str.maketrans("åäö", "{|}")


class Coded(Protocol):
    """A row of a table that is about a code."""

    @property
    def code(self) -> str: ...


Row = TypeVar("Row", bound=Coded)


class PageTexts(Texts):
    """One language's way of saying things on a page with tables, in the words of a network."""

    def __init__(self, language: str, network: Profile | None = None) -> None:
        super().__init__(language, Path(__file__).parent)
        self.network = network

    @property
    def municipality(self) -> str | None:
        """The name of the municipality whose network it is."""
        return self.network.municipality.name if self.network else None

    def called(self, code: str, of: str) -> str:
        """Return the name of a code: the network's own word, or ours where it has none."""
        own = self.network.called(code, of, self.language) if self.network else None
        return own or super().called(code, of)

    def by_name(self, rows: Iterable[Row], of: str) -> list[Row]:
        """Sort rows by the names of their codes; what isn't known comes last."""
        return sorted(rows, key=lambda row: (row.code == "unknown", self.place(row.code, of)))

    def place(self, code: str, of: str) -> str:
        """Return what a name is sorted by: in Swedish, å, ä and ö come after z."""
        return self.called(code, of).casefold().translate(AFTER_Z)

    def share(self, part: int, whole: int) -> str:
        """Return a share in whole per cent; a dash where there is nothing to share."""
        return format_percent(part / whole, locale=self.locale) if whole else "–"

    def period(self, starts_on: date, ends_before: date) -> str:
        """Return a period by its first and its last day."""
        last = ends_before - timedelta(days=1)
        return format_interval(starts_on, last, "yMMMd", locale=self.locale)

    def month_alone(self, day: date) -> str:
        return format_date(day, "LLL", locale=self.locale)

    def month(self, day: date) -> str:
        return format_skeleton("yMMMM", day, locale=self.locale)

    def moment(self, day: date) -> str:
        """Return the month of which a day is the end, or else the day."""
        return self.month(day) if day == month_end(day) else self.day(day)
