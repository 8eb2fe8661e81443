"""What the tests of the rules begin with: a period, a promise in it, its figures."""

from datetime import date

from followup.rules.facts import Revision
from followup.rules.ledger import Figures

START, END = date(2026, 1, 1), date(2026, 7, 1)


def made(units: int, on: str = "2026-01-01") -> Revision:
    return Revision(1, date.fromisoformat(on), "made", units)


def units(**counts: int) -> Figures:
    return Figures(**counts)
