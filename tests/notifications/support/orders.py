"""Histories that were told in one order, to be heard in every other."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from tests.notifications.conftest import Notifications, named
from tests.notifications.support.histories import UNIT, Story

from notifications.subscribers import hears, on_recipient_forgotten
from shared.database import Tx

Act = Callable[[Tx], Awaitable[object]]


class History(ABC):
    """One story told to somebody outside in its true order; `#` sets equal names apart."""

    def __init__(self, service: Notifications, role: str, told: Collection[str]) -> None:
        self.service, self.role, self.story = service, role, Story()
        to_her = role == "participant"
        self.who = self.story.candidate if to_her else self.story.organisation
        self.of = UNIT if to_her else self.story.organisation
        self.acts = {name: self.act(name.partition("#")[0]) for name in told}
        self.expected = 0

    @property
    def mails(self) -> int:
        """Count what she was sent of it."""
        return self.service.server.to.count(f"{self.who}@example.se")

    def act(self, name: str) -> Act:
        if name == "forgotten":
            gone = self.service.about(self.named())
            return lambda tx: on_recipient_forgotten(tx, str(self.who), gone)
        event = self.event(name)
        about = self.service.about(event)  # in the order in which they are told
        return lambda tx: hears[type(event)](tx, event, about)

    def named(self) -> Any:
        return named(self.role, self.of, self.who, address=f"{self.who}@example.se")

    def event(self, name: str) -> Any:
        if name == "named":
            return self.named()
        if name in {"visible", "hidden"}:
            return self.story.visible(seen=name == "visible")
        return self.told(name)

    @abstractmethod
    def told(self, name: str) -> Any:
        """Give what else is told in such a history."""


async def heard_in_every_order(
    every: Sequence[tuple[History, Sequence[str]]], may: Callable[[Sequence[str]], bool]
) -> None:
    """Hear histories in their orders side by side, the sender at work after each step.

    There is a mail if, and only if, there was a moment at which it might go.
    """
    first, told = every[0]
    for step in range(len(told)):
        async with first.service.database.transaction() as tx:
            for history, order in every:
                await history.acts[order[step]](tx)
        await first.service.sends()
        for history, order in every:
            known = order[: step + 1]
            history.expected = history.expected or int(may(known))
            assert history.mails == history.expected, known
