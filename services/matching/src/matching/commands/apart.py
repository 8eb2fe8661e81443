"""What the clock does to one thing, apart from the others: one that fails stops none of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import structlog

from shared.causes import because, current
from shared.database import Tx, world_is_broken
from shared.logs import describe

log = structlog.get_logger()


async def by_itself(tx: Tx, network: str, key: UUID, act: Callable[[], Awaitable[Any]]) -> bool:
    """Do it in its own savepoint and say whether it was done.

    A bug or a broken row is undone and logged, and comes again with the next round; an outage ends
    this one.
    """
    try:
        with because(replace(current.get(), network=network)):
            async with tx.begin_nested():
                await act()
    except Exception as error:
        if world_is_broken(error):
            raise
        log.error("due_failed", network=network, key=str(key), error=describe(error))  # noqa: TRY400 - no text of an error, which may hold what people wrote
        return False
    return True
