"""What can't be done at present: things that fail each by itself, and rounds that fail as a whole.

It is kept by each process: a thing is counted until it is done here, or hasn't failed for a while.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from shared import metrics
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.logs import describe

REMEMBERED_SECONDS = 300  # whatever is still due is tried again sooner
PATIENCE_SECONDS = 300  # then a round that fails each time is our fault

log = structlog.get_logger()


@dataclass(slots=True)
class Failing:
    """Since when a round has failed each time, and since when without an outage as the cause."""

    since: float
    broken_since: float | None


class Undone:
    """Counts what fails, for the metrics and for `/health`; `passes` recognises an outage."""

    def __init__(self, service: str, passes: Callable[[BaseException], bool]) -> None:
        self.service, self.passes = service, passes
        self.at = ""  # where the database is, whose outages they are
        self.things: dict[str, dict[str, float]] = {}
        self.rounds: dict[str, Failing | None] = {}
        self.standing: dict[str, int] = {}  # things that a query has counted

    def expect(self, *kinds: str) -> None:
        """Show kinds of things in the metrics, also before one of them fails."""
        for kind in kinds:
            if kind not in self.things:
                self.things[kind] = {}
                metrics.things_failed.labels(self.service, kind)
                undone = metrics.things_undone.labels(self.service, kind)
                undone.set_function(partial(self.count, kind))

    def expect_rounds(self, *names: str) -> None:
        for name in {*names} - self.rounds.keys():
            self.rounds[name] = None
            failing = metrics.round_failing.labels(self.service, name)
            failing.set_function(partial(self.seconds_failing, name))

    def count(self, kind: str) -> int:
        """Count the things of a kind that failed a short while ago and haven't been done since."""
        before = time.monotonic() - REMEMBERED_SECONDS
        self.things[kind] = {key: at for key, at in self.things[kind].items() if at > before}
        return len(self.things[kind]) + self.standing.get(kind, 0)

    def seconds_failing(self, name: str) -> float:
        failing = self.rounds[name]
        return time.monotonic() - failing.since if failing else 0

    @contextmanager
    def thing(self, kind: str, key: object) -> Iterator[None]:
        """Remember whether a thing can be done. Its failure ends here; an outage is raised.

        Somebody who holds one row is no outage: this thing waits, and not the others.
        """
        self.expect(kind)
        try:
            yield
        except Exception as error:
            if self.passes(error) and not is_held(error):
                raise
            self.things[kind][str(key)] = time.monotonic()
            metrics.things_failed.labels(self.service, kind).inc()
            log.error("not_done", reason=kind, key=str(key), error=describe(error))  # noqa: TRY400 - no text of an error, which may hold what people wrote
        else:
            self.things[kind].pop(str(key), None)

    @contextmanager
    def round(self, name: str) -> Iterator[None]:
        """Remember how a round of work goes; its error is raised."""
        self.expect_rounds(name)
        try:
            yield
        except Exception as error:
            now, before = time.monotonic(), self.rounds[name]
            ours = None if self.passes(error) else (before and before.broken_since) or now
            self.rounds[name] = Failing(before.since if before else now, ours)
            at = {"at": self.at} if self.passes(error) else {}
            if not isinstance(error, DatabaseRefuses):  # that was said, once
                log.warning("round_interrupted", reason=name, error=describe(error), **at)
            raise
        else:
            self.rounds[name] = None

    def said(self) -> str:
        """Say what can't be done, for a person; empty when all can."""
        counts = {kind.replace("_", " "): self.count(kind) for kind in self.things}
        things = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
        rounds = ", ".join(name for name, failing in self.rounds.items() if failing)
        said = f" Can't be done at present: {things}." if things else ""
        return said + (f" Failed in the last round: {rounds}." if rounds else "")

    def stuck(self) -> list[str]:
        """Name the rounds that have failed each time for minutes, and no outage is the cause."""
        before = time.monotonic() - PATIENCE_SECONDS
        return [
            n for n, f in self.rounds.items() if f and f.broken_since and f.broken_since < before
        ]


def is_held(error: Any) -> bool:
    """Tell PostgreSQL's error for a row that somebody holds for longer than we wait."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) == "55P03"


async def over_and_over(
    undone: Undone, name: str, work: Callable[[], Awaitable[object]], pause: float
) -> None:
    """Do rounds of work for ever; whatever goes wrong, the next may set it right.

    A round that says how much it did is followed at once by the next: more may be due.
    """
    undone.expect_rounds(name)
    while True:
        did: object = None
        with suppress(Exception), undone.round(name):
            did = await work()
        await asyncio.sleep(0 if isinstance(did, int) and did > 0 else pause)
