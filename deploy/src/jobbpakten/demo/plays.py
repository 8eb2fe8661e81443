"""The story played on a stage: with progress for who watches, and the result at the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from jobbpakten.demo.callers import AT_ONCE, Callers
from jobbpakten.demo.results import Result, result
from jobbpakten.demo.stages import Stage
from jobbpakten.demo.tasks import waiting
from jobbpakten.demo.wishes import Wishes
from jobbpakten.demo.years import Network, Week, year
from jobbpakten.parts import say
from jobbpakten.parts.mail import by_template
from jobbpakten.reconciliation import Comparison

TIMEOUT_S = 30
MILESTONE_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it, how long it took, and the link of a task that still waits."""

    result: Result
    seconds: float
    task: str


async def play(stage: Stage, wishes: Wishes, over: Callable[[Week], None]) -> Played:
    """Let the story happen; NeverQuiet when something told isn't heard in time."""
    began = time.monotonic()
    limits = httpx.Limits(max_connections=2 * AT_ONCE)
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits) as http,
        Comparison(stage.databases, stage.hears) as comparison,
    ):
        reached = {name: Callers(name, url, stage.keys, http) for name, url in stage.urls.items()}
        network = Network(reached, comparison.until_quiet, comparison.until_heard)
        await year(network, wishes.seed, wishes.weeks, over)
        seconds = time.monotonic() - began
        mails = stage.post.messages() if stage.post.server else []
        found = await result(network, await comparison.standing(), by_template(mails))
        return Played(found, seconds, await waiting(http, reversed(mails)))


@contextmanager
def progress(weeks: int) -> Iterator[Callable[[Week], None]]:
    """Show a bar that grows week by week; without a terminal say how far we are now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield milestones(weeks)
        return
    columns = (TextColumn("{task.description}"), BarColumn(None), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("the year begins", total=weeks + 1)
        yield lambda week: bar.update(
            task, advance=1, description=f"{week.day}, {week.acts:3} acts"
        )


def milestones(weeks: int) -> Callable[[Week], None]:
    done: list[int] = []

    def over(week: Week) -> None:
        done.append(week.acts)
        if len(done) % MILESTONE_WEEKS == 0 and len(done) <= weeks:
            say(f"{week.day}: week {len(done)} of {weeks} is over, {sum(done)} acts so far")

    return over
