"""Waiting in tests: for what must come true, never for a time to pass."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from shared.database import world_is_broken

Done = TypeVar("Done")

# What fails is told so late; what comes true is waited for no longer. A busy machine is no fault.
PATIENCE_S = 120


async def eventually(
    check: Callable[[], Any],
    timeout: float = PATIENCE_S,  # noqa: ASYNC109 - then the check's own complaint is raised
    every: float = 0.05,
) -> Any:
    """Ask again until nothing is asserted in vain; at the time-out its last complaint is raised."""
    patience = time.monotonic() + timeout
    while True:
        try:
            answer = check()
            return await answer if inspect.isawaitable(answer) else answer
        except AssertionError:
            if time.monotonic() > patience:
                raise
        await asyncio.sleep(every)


async def in_the_end(act: Callable[[], Awaitable[Done]]) -> Done:
    """Act as our own loops do: again, where somebody's lock left no time for it."""
    patience = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await act()
        except Exception as error:
            if not world_is_broken(error) or time.monotonic() > patience:
                raise
        await asyncio.sleep(0.1)
