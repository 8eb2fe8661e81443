"""One run of the demo: build, play, print, stay; what may go wrong becomes a sentence."""

import logging
import time
from pathlib import Path

import httpx
import uvloop

from jobbpakten.demo import folders, tables
from jobbpakten.demo.callers import Refused
from jobbpakten.demo.plays import play, progress
from jobbpakten.demo.stages import Stage, built
from jobbpakten.demo.wishes import Unclear, Wishes
from jobbpakten.parts import Unavailable, say
from jobbpakten.reconciliation import NeverQuiet, OutOfReach

LOOK_S = 0.5


def main() -> int:
    """Run the demo, and turn what may go wrong into one sentence and a code."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it would write to stderr
    try:
        return run(Wishes.from_environment(), folders.place(Path.cwd()))
    except KeyboardInterrupt:
        say("interrupted: everything has been ended")
        return 130
    except Unclear as error:
        say(str(error))
        return 2
    except Unavailable as error:
        say(str(error))
        return 3


def run(wishes: Wishes, folder: Path) -> int:
    began = time.monotonic()
    with folders.emptied(folder), built(folder) as stage:
        started_s = time.monotonic() - began
        say(f"{' and '.join(stage.services)} are up after {started_s:.1f} s")
        folders.note(folder, f"{stage.urls['followup']}/networks/jobbpakten/report.html")
        try:
            quiet = tell(stage, wishes, started_s)
        except (Refused, NeverQuiet, OutOfReach, httpx.HTTPError) as error:
            say(f"{type(error).__name__}: {error}; the services' logs are in {stage.folder}")
            return 1
        return (0 if quiet else 1) if wishes.once else stay(stage, quiet=quiet)


def tell(stage: Stage, wishes: Wishes, started_s: float) -> bool:
    """Play the year and print what came of it; tell whether everything told was heard."""
    with progress(wishes.weeks) as over:
        played = uvloop.run(play(stage, wishes, over))
    console = tables.console()
    tables.show(tables.year(played.result, wishes.seed), console)
    tables.show(tables.machine(stage.memory(), started_s, played.seconds), console)
    if not wishes.once:
        mails = f"{stage.post.server.folder}/Maildir/new" if stage.post.server else ""
        places = tables.places(stage.urls, str(stage.settings), mails, played.task)
        tables.show(places, console)
    return played.result.standing.quiet


def stay(stage: Stage, *, quiet: bool) -> int:
    """Stay up until Ctrl-C, or until a service ends by itself."""
    say("\nit stays up: Ctrl-C ends it")
    try:
        while not stage.ended():
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        return 0 if quiet else 1
    say(f"{stage.ended()[0].name} has ended by itself, see {stage.ended()[0].log}")
    return 1
