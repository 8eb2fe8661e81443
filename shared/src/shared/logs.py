"""Logs: JSON lines with an allow-list of keys, and identity numbers masked wherever they hide."""

import logging
import sys
import time
import traceback
from collections.abc import Hashable
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from shared.people.identity_numbers import mask

QUIET_SECONDS = 30
# fmt: off
KEYS = frozenset({
    "event", "level", "timestamp", "service", "correlation_id", "network", "topic", "topics",
    "key", "version", "partition", "offset", "reason", "error", "count", "seconds", "dropped",
    "route", "at",
})
# fmt: on


def describe(error: BaseException) -> str:
    """Say which error and where, without its text, which may hold what people wrote."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))
    return " ".join(filter(None, (type(error).__name__, state, places and f"at {places}")))


def only_allowed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop each key that isn't on the list, and say which."""
    dropped = sorted(event.keys() - KEYS)
    kept = {key: value for key, value in event.items() if key in KEYS}
    return {**kept, "dropped": dropped} if dropped else kept


def without_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say which exception and where instead of showing it."""
    shown = event.pop("exc_info", None)
    error = shown[1] if isinstance(shown, tuple) else shown
    if error is True:
        error = sys.exc_info()[1]
    return {**event, "error": describe(error)} if isinstance(error, BaseException) else event


class Seldom:
    """Lets a thing be said once in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.said: dict[Hashable, float] = {}

    def lets(self, about: Hashable) -> bool:
        """Tell whether it may be said now: then it counts as said."""
        now = time.monotonic()
        said = {one: at for one, at in self.said.items() if now - at < self.seconds}
        self.said = {about: now} | said
        return about not in said

    def forget(self, about: Hashable) -> None:
        """Let it be said at once when it comes again: for now it is over."""
        self.said.pop(about, None)


class Hush(logging.Filter):
    """Let libraries say a thing once in 30 s: without Kafka, aiokafka writes 100 lines a second."""

    def __init__(self) -> None:
        super().__init__()
        self.seldom = Seldom(QUIET_SECONDS)

    def filter(self, record: logging.LogRecord) -> bool:
        return self.seldom.lets((record.name, str(record.msg)))


def configure(service: str, level: str) -> None:
    """Send our own log and the libraries' through the same sieve, to standard output."""

    def named(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"service": service, **event}

    first: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        named,
        without_text,
        only_allowed,
    ]
    last: list[Any] = [
        structlog.processors.JSONRenderer(ensure_ascii=False),
        lambda _l, _m, line: mask(line),
    ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(Hush())
    formatter = structlog.stdlib.ProcessorFormatter
    handler.setFormatter(formatter(processors=[formatter.remove_processors_meta, *first, *last]))
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
