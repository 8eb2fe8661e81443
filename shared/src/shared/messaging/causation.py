"""Why we act: the caller, the event or the day that stands behind what is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

import structlog


@dataclass(frozen=True, slots=True)
class Cause:
    """Who made us act, in which network, on which day; stands in the envelope of what we tell."""

    correlation_id: str
    causation_id: str = ""
    actor_id: str = "system"
    actor_role: str = "system"
    network: str = ""
    occurred_on: date | None = None


NOBODY = Cause(correlation_id="")
TOLD_ANEW = "restore-"  # what a restore tells is caused by no event, but by it and its epoch
current: ContextVar[Cause] = ContextVar("cause", default=NOBODY)


@contextmanager
def because(cause: Cause) -> Iterator[None]:
    """Tell and log everything inside as brought about by this cause."""
    token = current.set(cause)
    facts = {"correlation_id": cause.correlation_id, "network": cause.network}
    with structlog.contextvars.bound_contextvars(**facts):
        try:
            yield
        finally:
            current.reset(token)
