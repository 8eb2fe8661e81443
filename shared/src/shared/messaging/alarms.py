"""Alarms: said at once, and again every five minutes for as long as there is reason."""

import time

import structlog

AGAIN_SECONDS = 300

log = structlog.get_logger()


class Alarms:
    """Rings each alarm by its event, which a person may be woken by; its cure stands beside it."""

    def __init__(self) -> None:
        self.rung: dict[str, float] = {}

    def ring(self, event: str, **about: object) -> None:
        now = time.monotonic()
        if event not in self.rung or now - self.rung[event] >= AGAIN_SECONDS:
            self.rung[event] = now
            log.error(event, **about)
