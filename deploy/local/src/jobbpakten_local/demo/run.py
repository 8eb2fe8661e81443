"""One run of the demo: build, play, print, stay; what may go wrong becomes a sentence."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from jobbpakten.reconciliation import Comparison, NeverQuiet, OutOfReach
from jobbpakten_local.demo import folders, tables
from jobbpakten_local.demo.network.callers import AT_ONCE, Refused
from jobbpakten_local.demo.options import Options, Unclear
from jobbpakten_local.demo.results import Result, result
from jobbpakten_local.demo.simulation import Network, Week, year
from jobbpakten_local.demo.system import System, built
from jobbpakten_local.demo.tasks import waiting
from jobbpakten_local.parts import Unavailable, say, signals
from jobbpakten_local.parts.mail import by_kind

TIMEOUT_S = 30
MILESTONE_WEEKS = 13


def main() -> int:
    """Run the demo, and turn what may go wrong into one sentence and a code."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it would write to stderr
    try:
        return run(Options.from_environment(), folders.place(Path.cwd()))
    except signals.Interrupted as signal:
        say(f"interrupted by {signal}: everything has been ended")
        return signal.code
    except Unclear as error:
        say(str(error))
        return 2
    except Unavailable as error:
        say(str(error))
        return 3


def run(options: Options, folder: Path) -> int:
    began = time.monotonic()
    signals.heed()
    with folders.emptied(folder), built(folder) as system:
        started_s = time.monotonic() - began
        say(f"{' and '.join(system.services)} are up after {started_s:.1f} s")
        folders.note(folder, f"{system.urls['followup']}/networks/jobbpakten/report.html")
        try:
            quiet = tell_the_year(system, options, started_s)
        except (Refused, NeverQuiet, OutOfReach, httpx.HTTPError) as error:
            say(f"{type(error).__name__}: {error}; the services' logs are in {system.folder}")
            return 1
        if not options.once:
            stay(system)
            return 1
        return 0 if quiet else 1


def tell_the_year(system: System, options: Options, started_s: float) -> bool:
    """Play the year and print what came of it; tell whether everything told was heard."""
    with progress(options.weeks) as over:
        played = uvloop.run(signals.heeding(play(system, options, over)))
    console = tables.console()
    tables.show(tables.year(played.result, options.seed), console)
    tables.show(tables.machine(system.memory(), started_s, played.seconds), console)
    if not options.once:
        mails = f"{system.post.server.folder}/Maildir/new" if system.post.server else ""
        places = tables.places(system.urls, system.probes, str(system.settings), mails, played.task)
        tables.show(places, console)
    return played.result.standing.quiet


def stay(system: System) -> None:
    """Stay up until a signal comes, or until a service ends by itself."""
    say("\nit stays up: Ctrl-C ends it")
    signals.sleep_until(system.ended)
    say(f"{system.ended()[0].name} has ended by itself, see {system.ended()[0].log}")


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it, how long it took, and the link of a task that still waits."""

    result: Result
    seconds: float
    task: str


async def play(system: System, options: Options, over: Callable[[Week], None]) -> Played:
    """Let the story happen; NeverQuiet when something told isn't heard in time."""
    began = time.monotonic()
    limits = httpx.Limits(max_connections=2 * AT_ONCE)
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, limits=limits) as http,
        Comparison(system.databases, system.hears) as comparison,
    ):
        network = Network(system.callers(http), comparison.until_quiet, comparison.until_heard)
        await year(network, options.seed, options.weeks, over)
        seconds = time.monotonic() - began
        mails = system.post.messages() if system.post.server else []
        found = await result(network, await comparison.standing(), by_kind(mails))
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
