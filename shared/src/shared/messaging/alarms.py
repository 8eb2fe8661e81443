"""Alarms: said at once, and again every five minutes for as long as there is reason."""

import structlog

from shared.logs import Seldom

AGAIN_SECONDS = 300

log = structlog.get_logger()


class Alarms:
    """Rings each alarm by its event, which a person may be woken by; its cure stands beside it."""

    def __init__(self) -> None:
        self.seldom = Seldom(AGAIN_SECONDS)

    def ring(self, event: str, **about: object) -> None:
        if self.seldom.lets(event):
            log.error(event, **about)
