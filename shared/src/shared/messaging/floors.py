"""The floor of the outbox: nothing lies below it and nothing will, so the relay needn't look there.

Rows that were deleted stay in the index as long as somebody's old snapshot could want them, and a
read from the beginning goes through all of them.
"""

import time
from collections.abc import Iterable

import asyncpg

LOOK_SECONDS = 1.0
# Whoever inserts holds this lock from before the position is drawn until the transaction has ended
# and all can see it. So a reader that stays open for hours doesn't count, a writer does; and it
# needs no rights to look at other people's sessions, and no clock.
WRITERS = """SELECT virtualtransaction FROM pg_locks
             WHERE relation = 'outbox'::regclass AND mode = 'RowExclusiveLock' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


class Floor:
    """Rises to what was read before the oldest transaction that may still commit an event began."""

    def __init__(self) -> None:
        self.at = 0
        self.ended = 0  # up to here every transaction that drew a position has ended
        self.highest = 0  # of all that were read
        self.next: tuple[int, set[str]] = (0, set())  # where `ended` will be, once these have ended
        self.looked_at = -LOOK_SECONDS

    async def look(self, connection: asyncpg.Connection) -> None:
        """Look for transactions that write, now and then; the next read comes after it.

        A position is drawn in order and committed in any: what was read at one time has none
        missing below it once all have ended that were writing then.
        """
        now = time.monotonic()
        if now - self.looked_at < LOOK_SECONDS:
            return
        self.looked_at = now
        writing = {row[0] for row in await connection.fetch(WRITERS)}
        position, before = self.next
        if not before & writing:
            self.ended = position
            self.next = self.highest, writing

    def rise(self, read: Iterable[int], unsent: Iterable[int]) -> None:
        """Rise as far as may be after a read, but never to what is yet to be sent and deleted."""
        self.highest = max([self.highest, *read])
        self.at = max(self.at, min([self.ended, *(position - 1 for position in unsent)]))
