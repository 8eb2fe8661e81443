"""What anybody may ask: looked at once a second at most, for all who ask meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

GOOD_SECONDS = 1

Seen = TypeVar("Seen")


class Glance(Generic[Seen]):
    """One look for all: under way, or not older than a second."""

    def __init__(self, look: Callable[[], Coroutine[Any, Any, Seen]]) -> None:
        self.look = look
        self.looking: asyncio.Task[Seen] | None = None
        self.good_until = 0.0

    async def __call__(self) -> Seen:
        now = asyncio.get_running_loop().time()
        if self.looking is None or (self.looking.done() and now >= self.good_until):
            self.looking = asyncio.create_task(self.look())
            self.good_until = now + GOOD_SECONDS
        return await asyncio.shield(self.looking)

    async def stop(self) -> None:
        """End the look that is under way, before what it looks at is closed."""
        if self.looking:
            self.looking.cancel()
            await asyncio.wait([self.looking])
