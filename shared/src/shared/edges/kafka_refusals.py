"""What keeps a service from Kafka at present: found out when somebody fails, and said once."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

import structlog

from shared.edges.kafka_causes import cause
from shared.logs import Seldom
from shared.settings.kafka import KafkaAccess

ASK_SECONDS = 10  # each time is one more refused connection in the broker's own log
AGAIN_SECONDS = 3_600

log = structlog.get_logger()


class Refusal(NamedTuple):
    """Which error it was that the sentence explains, and when the cause was asked for.

    No sentence: Kafka isn't the cause, and isn't asked again at once either.
    """

    error: str
    asked: float
    sentence: str


@dataclass
class Refusals:
    """The sentences, by who of us was refused: the listener, the relay."""

    settings: KafkaAccess
    standing: dict[str, Refusal] = field(default_factory=dict)
    seldom: Seldom = field(default_factory=lambda: Seldom(AGAIN_SECONDS))

    async def note(self, who: str, error: BaseException) -> bool:
        """Find out why somebody failed, and say it unless it was; tell whether Kafka is why."""
        now, kind = time.monotonic(), type(error).__name__
        before = self.standing.get(who)
        if before and before.error == kind and now - before.asked < ASK_SECONDS:
            return bool(before.sentence)
        found = await cause(self.settings, error)
        if not found:
            self.clear(who)
        elif self.seldom.lets(found):
            log.error("waiting_for_kafka", reason=found, at=self.settings.kafka_servers)
        self.standing[who] = Refusal(kind, now, found)
        return bool(found)

    def clear(self, who: str) -> None:
        """Somebody got in: what kept her out is said again when it comes again."""
        ended = self.standing.pop(who, None)
        if ended and ended.sentence not in self.sentences():
            self.seldom.forget(ended.sentence)

    def sentences(self) -> list[str]:
        """Give what keeps us out at present."""
        return sorted({one.sentence for one in self.standing.values() if one.sentence})
