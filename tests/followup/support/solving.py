"""A solver that knows the rules: whole numbers, what they add up to, and what that leaves."""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from followup.reports import NetworkReport

Name = tuple[object, ...]
OFFERS = ("internship", "employment", "mentorship")
GIVEN = ("completed", "partly_completed")


class Solver:
    """Numbers not under nought, each within its bounds, and sums within theirs."""

    def __init__(self) -> None:
        self.bounds: dict[Name, tuple[float, float]] = {}
        self.sums: list[tuple[Mapping[Name, int], float, float]] = []

    def add(self, parts: Mapping[Name, int], low: float, high: float) -> None:
        for name in parts:
            self.bounds.setdefault(name, (0, inf))
        self.sums.append((parts, low, high))

    def equal(self, parts: Iterable[Name], to: Name) -> None:
        self.add(dict.fromkeys(parts, 1) | {to: -1}, 0, 0)

    def known(self, name: Name, number: int | None) -> None:
        if number is not None:
            self.add({name: 1}, number, number)

    def solve(self) -> dict[Name, int]:
        """Narrow every bound by every sum until nothing moves; give the numbers that are known."""
        moved = True
        while moved:
            moved = sum(self.narrow(*one) for one in self.sums) > 0
        return {name: int(low) for name, (low, high) in self.bounds.items() if low == high}

    def narrow(self, parts: Mapping[Name, int], low: float, high: float) -> bool:
        moved = False
        for name, sign in parts.items():
            least, most = low, high
            for other, its in parts.items():
                if other != name:
                    ends = sorted(its * bound for bound in self.bounds[other])
                    least, most = least - ends[1], most - ends[0]
            found = sorted((sign * least, sign * most))
            before = self.bounds[name]
            after = max(before[0], found[0]), min(before[1], found[1])
            moved |= after != before
            self.bounds[name] = after
        return moved


def recovered(reports: Sequence[NetworkReport]) -> dict[Name, int]:
    """Give the counts of one to four people, and the moves of as many, that the tables tell."""
    solver = Solver()
    for at, report in enumerate(reports):
        read(solver, at, report)
    names = {name[1:] for name in solver.bounds if name[0] == 0}
    for at in range(1, len(reports)):
        for name in names:
            solver.equal([(at - 1, *name), (at, "more", *name)], (at, *name))
    return {name: number for name, number in solver.solve().items() if 0 < number < 5}


def read(solver: Solver, at: int, report: NetworkReport) -> None:
    """Write down what a report says, and what holds whatever it says."""
    by_outcome = {name: one.count for name, one in report.placements.by_outcome.items()}
    offers = {one.code: one.figures for one in report.by_offer if one.code in OFFERS}
    for outcome in GIVEN:
        kept = [(at, outcome, offer) for offer in offers]
        solver.equal([*kept, (at, outcome, "beyond"), (at, outcome, "too short")], (at, outcome))
    solver.known((at, "completed", "too short"), 0)
    for offer, units in offers.items():
        solver.equal([(at, outcome, offer) for outcome in GIVEN], (at, "kept", offer))
        solver.known((at, "kept", offer), units.kept)
    solver.equal([(at, "kept", offer) for offer in offers], (at, "kept"))
    solver.known((at, "kept"), report.total.kept)
    solver.equal([(at, outcome, "beyond") for outcome in GIVEN], (at, "extra"))
    solver.known((at, "extra"), report.total.extra)
    solver.equal([(at, name) for name in by_outcome], (at, "all"))
    for name, count in [*by_outcome.items(), ("all", report.placements.total.count)]:
        solver.known((at, name), count)
    began = [(at, name) for name in ("running", *GIVEN, "interrupted")]
    solver.equal(began, (at, "began"))
    for name, among, people in (
        ("people", "began", report.persons.started),
        ("people who completed", "completed", report.persons.completed),
    ):
        solver.known((at, name), people.count)
        solver.equal([(at, name), (at, name, "again")], (at, among))
    solver.equal([(at, "people who completed"), (at, "not yet")], (at, "people"))
