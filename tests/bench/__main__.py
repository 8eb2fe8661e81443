"""Measure side by side, on real parts: `make bench`, or one part of it: `make bench ARGS=relay`."""

import argparse
import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable

import structlog
import uvloop
from tests.bench import hearing, ranking, relaying, reports, stages, strangers, waiting
from tests.bench.rounds import ROUNDS, Line

from jobbpakten_local.parts import Unavailable, say

Part = Callable[[stages.Stage, int], Awaitable[list[Line]]]
PARTS: dict[str, tuple[str, Part]] = {
    "relay": ("Relay, 20,000 events in the outbox", relaying.measured),
    "ledger": ("Inbox, 20,000 events on the topic", hearing.measured),
    "rest": ("One event, at rest", waiting.measured),
    "report": ("The open report, 2,000 members and 20 strangers", strangers.measured),
    "matching": ("Matching, 100,000 candidates and 5,000 places", ranking.measured),
}
LIMIT_SECONDS = 360


def main() -> int:
    """Measure, print, and write docs/performance.md when all parts were measured."""
    words = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    words.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all of them by default")
    words.add_argument("--rounds", type=at_least_one, default=ROUNDS, help="of both sides, in turn")
    words.add_argument("--check", action="store_true", help="exit 1 when a wanted figure is missed")
    chosen = words.parse_args()
    parts = chosen.parts or [*PARTS]
    hush()
    try:
        with stages.started() as stage:
            found = uvloop.run(measured(stage, parts, chosen.rounds))
    except Unavailable as error:
        say(str(error))
        return 3
    except KeyboardInterrupt:
        return 130
    reports.printed(found)
    if set(parts) == PARTS.keys() and chosen.rounds >= ROUNDS:
        reports.written(found)
    missed = [line for lines in found.values() for line in lines if line.holds is False]
    return 1 if chosen.check and missed else 0


def at_least_one(text: str) -> int:
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError("a number from 1 on")


async def measured(stage: stages.Stage, parts: list[str], rounds: int) -> dict[str, list[Line]]:
    # As `python -m shared` does, and on its loop.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    async with asyncio.timeout(LIMIT_SECONDS):
        found: dict[str, list[Line]] = {}
        for number, name in enumerate(parts, 1):
            say(f"measuring {number} of {len(parts)}: {PARTS[name][0]}")
            found[PARTS[name][0]] = await PARTS[name][1](stage, rounds)
        return found


def hush() -> None:
    """Let the parts' logs be: only what goes wrong is said."""
    error = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=error)
    logging.disable(logging.WARNING)


if __name__ == "__main__":
    raise SystemExit(main())
