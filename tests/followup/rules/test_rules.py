"""The ledger of a commitment: what each fact does to the figures, in whatever order it came."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from tests.followup.support.facts import END, START, made, units

from followup.rules.facts import Activity, Facts, Promise, Revision
from followup.rules.ledger import Figures, figures, lapse_day, one_by_one, total

VISITS = Promise("study_visit", "activity", START, END)


def changed(to: int, on: str, version: int = 2) -> Revision:
    return Revision(version, date.fromisoformat(on), "renegotiated", to)


def released(on: str, version: int = 2) -> Revision:
    return Revision(version, date.fromisoformat(on), "released")


def held(*days: str, offer: str = "study_visit") -> list[Activity]:
    return [Activity(UUID(int=n), date.fromisoformat(day), offer) for n, day in enumerate(days)]


def visits(*told: Revision | str, lapsed: date | None = None) -> Facts:
    """Take what was told of visits: terms of the promise, and days on which one was held."""
    terms = [one for one in told if isinstance(one, Revision)]
    return Facts(VISITS, terms, held(*(one for one in told if isinstance(one, str))), lapsed)


MADE_3 = [made(3)]
EXAMPLES: list[tuple[str, Facts, Figures]] = [
    (
        "an act before the promise is known waits",
        Facts(None, [], held("2026-02-01")),
        units(),
    ),
    ("a promise remains", visits(made(3)), units(promised=3, remaining=3)),
    (
        "an act keeps one unit",
        visits(made(3), "2026-02-01"),
        units(promised=3, remaining=2, kept=1),
    ),
    (
        "acts beyond the promise are extra",
        visits(made(1), "2026-02-01", "2026-02-02"),
        units(promised=1, kept=1, extra=1),
    ),
    (
        "an act in the period counts though the promise was signed later",
        visits(made(1, "2026-03-01"), "2026-02-01"),
        units(promised=1, kept=1),
    ),
    (
        "an act before the period is extra",
        visits(made(1, "2025-12-01"), "2025-12-31"),
        units(promised=1, remaining=1, extra=1),
    ),
    (
        "an act on the day after the last is extra",
        visits(made(1), "2026-07-01"),
        units(promised=1, remaining=1, extra=1),
    ),
    (
        "a lecture keeps no study visit",
        Facts(VISITS, [made(1)], held("2026-02-01", offer="lecture")),
        units(promised=1, remaining=1, extra=1),
    ),
    (
        "no activity keeps what a placement keeps",
        Facts(replace(VISITS, kept_by="placement"), [made(1)], held("2026-02-01")),
        units(promised=1, remaining=1, extra=1),
    ),
    (
        "a raise is promised and remains",
        visits(made(3), changed(5, "2026-02-01")),
        units(promised=5, remaining=5),
    ),
    (
        "a cut releases what remains, all ever promised stays",
        visits(made(3), changed(1, "2026-02-01")),
        units(promised=3, remaining=1, released=2),
    ),
    (
        "a cut never takes more than remains",
        visits(made(3), changed(0, "2026-03-01"), "2026-02-01", "2026-02-02"),
        units(promised=3, kept=2, released=1),
    ),
    (
        "an act after the cut finds less",
        visits(made(1), changed(0, "2026-02-01"), "2026-02-02"),
        units(promised=1, released=1, extra=1),
    ),
    (
        "an act dated before the cut comes first, whenever it is told",
        visits(made(3), changed(0, "2026-03-01"), "2026-02-28"),
        units(promised=3, kept=1, released=2),
    ),
    (
        "a release lets go of all that remains",
        visits(made(3), released("2026-03-01"), "2026-02-01", "2026-03-02"),
        units(promised=3, kept=1, released=2, extra=1),
    ),
    (
        "a raise after a release can be kept",
        visits(made(1), released("2026-02-01"), changed(1, "2026-03-01", 3), "2026-03-01"),
        units(promised=2, kept=1, released=1),
    ),
    (
        "what was kept counts in a new target: cut, a late act from before, then a raise",
        visits(made(3), changed(0, "2026-03-01"), changed(1, "2026-04-01", 3), "2026-02-28"),
        units(promised=3, kept=1, released=2),
    ),
    (
        "a raise adds only what makes up its target",
        visits(made(1), changed(0, "2026-02-01"), changed(3, "2026-03-01", 3), "2026-01-15"),
        units(promised=3, remaining=2, kept=1),
    ),
    (
        "an act on the day of the release was kept before it",
        visits(made(3), released("2026-03-01"), "2026-03-01"),
        units(promised=3, kept=1, released=2),
    ),
    (
        "an act on the day of a raise can keep what was raised",
        visits(made(0), changed(1, "2026-03-01"), "2026-03-01"),
        units(promised=1, kept=1),
    ),
    (
        "what follows a release on its day follows it still",
        visits(made(1), released("2026-03-01"), changed(2, "2026-03-01", 3), "2026-03-01"),
        units(promised=2, remaining=1, kept=1),
    ),
    (
        "a raise after the period is promised and lapsed",
        visits(made(1), changed(3, "2026-07-02"), "2026-02-01", lapsed=END),
        units(promised=3, kept=1, lapsed=2),
    ),
    (
        "what is left lapses when the clock finds it",
        visits(made(3), "2026-02-01", lapsed=END),
        units(promised=3, kept=1, lapsed=2),
    ),
    (
        "an act told late undoes a lapse",
        visits(made(3), "2026-02-01", "2026-06-30", lapsed=END),
        units(promised=3, kept=2, lapsed=1),
    ),
    (
        "nothing that has lapsed can be released",
        visits(made(3), released("2026-07-01"), lapsed=END),
        units(promised=3, lapsed=3),
    ),
    (
        "a cut dated inside the period and told late takes from what lapsed",
        visits(made(3), changed(2, "2026-06-30"), lapsed=END),
        units(promised=3, lapsed=2, released=1),
    ),
    (
        "a term dated before an earlier one counts with it",
        visits(made(1, "2026-02-01"), changed(0, "2026-01-15"), "2026-01-20"),
        units(promised=1, released=1, extra=1),
    ),
]


@pytest.mark.parametrize(
    ("facts", "expected"), [e[1:] for e in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_what_a_fact_does(facts: Facts, expected: Figures) -> None:
    assert figures(facts) == expected


@pytest.mark.parametrize(
    ("revisions", "expected"),
    [
        (MADE_3, END),
        ([made(3, "2026-08-01")], date(2026, 8, 1)),
        ([made(3), changed(5, "2026-06-30")], END),
        ([made(3), changed(5, "2026-08-01")], date(2026, 8, 1)),
        ([made(3), changed(1, "2026-08-01")], END),
    ],
)
def test_units_lapse_when_the_period_ends_but_not_before_they_were_promised(
    revisions: list[Revision], expected: date
) -> None:
    assert lapse_day(Facts(VISITS, revisions), VISITS) == expected


def test_acts_that_came_early_follow_their_promise_each_on_its_day() -> None:
    early = held("2026-02-02", "2026-02-01")
    told = [(found.kept, on) for found, on in one_by_one(Facts(VISITS, MADE_3, early))]

    assert told == [(0, None), (1, date(2026, 2, 1)), (2, date(2026, 2, 2))]


def test_figures_add_up_to_a_total() -> None:
    one = Figures(promised=3, remaining=1, kept=2, extra=1)

    assert total([one, one]) == Figures(promised=6, remaining=2, kept=4, extra=2)
    assert total([]) == Figures()
