"""One fold at a time for each question, shared by all who ask it meanwhile, or a while later."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from fastapi import HTTPException

from shared.database import Database

KEPT_SECONDS, PAST_KEPT_SECONDS = 60, 3600  # what is told late moves a month past in an hour
TIMES = 10  # as long as a fold took, its answer is good at least: strangers get a tenth of us
KEPT, PAST_KEPT = 64, 512  # answers: the oldest goes first; no network has so many months
AT_ONCE = 1  # in a room, whatever is asked: so many folds take their memory
WAITING = 16  # folds of other questions; who asks one more is told to come again
BUSY = "Others ask for so much that it takes a while; try again."

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Fold:
    """A question that is being answered, or was, and until when its answer is good."""

    task: asyncio.Task[Any]
    begun: float
    good_until: float = float("inf")  # while it is under way


class Room(NamedTuple):
    """Where reports are folded, and their pages written."""

    reports: "Folds"
    pages: "Folds"


class Rooms:
    """Who asks for months past keeps nobody waiting who asks how things stand, nor staff."""

    def __init__(self) -> None:
        past = Folds(kept=PAST_KEPT, kept_seconds=PAST_KEPT_SECONDS)
        self.now, self.past = Room(Folds(), Folds()), Room(past, Folds())
        self.staff = Room(Folds(at_once=2, kept_seconds=0), Folds(at_once=2, kept_seconds=0))
        self.first_days = Folds()  # of networks

    async def until_stopped(self, _: Database) -> None:
        """Wait until the service stops, and end what is still folded, before its pool is closed."""
        rooms = self.now, self.past, self.staff
        try:
            await asyncio.Event().wait()
        finally:
            for folds in (self.first_days, *(folds for room in rooms for folds in room)):
                await folds.stop()

    def of(self, *, is_staff: bool, is_past: bool) -> Room:
        """Give the room for a question; there are many months, and whoever likes asks for all."""
        if is_staff:
            return self.staff
        return self.past if is_past else self.now


class Folds:
    """The questions under way, and the answers that are kept."""

    def __init__(
        self,
        at_once: int = AT_ONCE,
        kept: int = KEPT,
        kept_seconds: float = KEPT_SECONDS,
        waiting: int = WAITING,
    ) -> None:
        self.kept, self.kept_seconds, self.waiting = kept, kept_seconds, waiting
        self.room = asyncio.Semaphore(at_once)
        self.folds: OrderedDict[Hashable, Fold] = OrderedDict()

    async def give(self, question: Hashable, fold: Callable[[], Awaitable[Answer]]) -> Answer:
        """Give the answer that is there or under way; fold for it otherwise, as one for all.

        Whoever hangs up stops nobody else's fold; what fails is told to all who wait, and not kept.
        """
        found = self.folds.get(question)
        if found is None or found.good_until <= asyncio.get_running_loop().time():
            found = self.begin(question, fold)
        answer: Answer = await asyncio.shield(found.task)
        return answer

    def begin(self, question: Hashable, fold: Callable[[], Awaitable[Any]]) -> Fold:
        if sum(not one.task.done() for one in self.folds.values()) >= self.waiting:
            raise HTTPException(503, BUSY, headers={"Retry-After": "5"})
        now = asyncio.get_running_loop().time()
        begun = Fold(asyncio.create_task(self.carry_out(fold)), now)
        self.folds[question] = begun
        begun.task.add_done_callback(lambda _: self.ended(question, begun))
        return begun

    async def carry_out(self, fold: Callable[[], Awaitable[Answer]]) -> Answer:
        async with self.room:
            return await fold()

    def ended(self, question: Hashable, fold: Fold) -> None:
        """Keep what is good for a while; the oldest answers make room for it."""
        failed = fold.task.cancelled() or fold.task.exception()
        if failed or not self.kept_seconds:
            del self.folds[question]
            return
        now = fold.task.get_loop().time()
        fold.good_until = now + max(self.kept_seconds, TIMES * (now - fold.begun))
        self.folds.move_to_end(question)
        for other in [name for name, one in self.folds.items() if one.task.done()][: -self.kept]:
            del self.folds[other]

    async def stop(self) -> None:
        """End the folds that are under way."""
        under_way = [one.task for one in self.folds.values() if not one.task.done()]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
