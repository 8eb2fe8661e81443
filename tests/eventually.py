"""Waiting in tests: for what must come true, never for a time to pass."""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def eventually(
    check: Callable[[], Any],
    timeout: float = 20,  # noqa: ASYNC109 - what is raised then is the check's own complaint
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
