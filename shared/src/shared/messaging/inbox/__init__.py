"""Events come in through the inbox: a batch, one transaction, each event once and in its order."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from jobbpakten_events import Envelope, Event
from shared.database import Tx
from shared.messaging.inbox.records import Heard

# Records in a transaction: fewer where each has its own statements, so that none holds locks long.
ONE_BY_ONE, ALL_AT_ONCE = 100, 1_000
BATCHES = 4  # that are fetched at once
OBJECTS = 20  # that a record is made of once it has been read, as the garbage collector counts

Handler = Callable[[Tx, Any, Envelope], Awaitable[None]]
BatchHandler = Callable[[Tx, Sequence[Heard]], Awaitable[None]]
Forgetter = Callable[[Tx, str, Envelope], Awaitable[None]]


class Hears(dict[type[Event], Handler]):
    """Which function hears which event: read from the annotation of its second parameter.

    `all` gets everything new of a batch at once, before the single handlers. `forgets` gets the
    tombstones of a compacted topic, by its name: the transaction, the key, the envelope.
    """

    def __init__(
        self,
        *handlers: Handler,
        all: BatchHandler | None = None,  # noqa: A002 - reads as it is meant
        forgets: dict[str, Forgetter] | None = None,
    ) -> None:
        super().__init__()
        self.all, self.forgets = all, forgets or {}
        self.batch = ALL_AT_ONCE if all else ONE_BY_ONE
        self.records = BATCHES * self.batch
        self.objects = OBJECTS * self.records  # that stay alive until all are settled
        for handler in handlers:
            kind = list(inspect.signature(handler, eval_str=True).parameters.values())[1].annotation
            if self.setdefault(kind, handler) is not handler:
                raise TypeError(f"{kind.__name__} is heard twice")

    @property
    def topics(self) -> set[str]:
        return {kind.topic for kind in self} | set(self.forgets)
