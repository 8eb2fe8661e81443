"""No order of events mails a person who is hidden, gone, or whose match is over.

Exhaustive: every order of each short history, the sender at work after every single event. The
streams are numbered as told, so an order may turn a stream around too: worse than Kafka does.
"""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import permutations
from typing import Any

import pytest
from tests.notifications.conftest import Notifications, named
from tests.notifications.histories import UNIT, Story

from notifications.subscribers import hears, on_recipient_forgotten
from shared.database import Tx
from shared.events import matching as m

Act = Callable[[Tx], Awaitable[object]]

HER = ("named", "visible", "asked")
ITS = ("named", "visible", "consented", "asked")
AGAINST_HER = ("hidden", "left", "withdrawn", "superseded", "expired", "answered", "forgotten")
AGAINST_IT = ("hidden", "consent_withdrawn", "withdrawn", "employer_answered", "forgotten")
ENDS = {"superseded": m.MatchSuperseded, "expired": m.MatchExpired}


class History:
    """One match told in its true order, to be heard in any other."""

    def __init__(self, service: Notifications, told: Sequence[str], role: str) -> None:
        self.service, self.role, self.story = service, role, Story()
        self.who = self.story.candidate if role == "participant" else self.story.organisation
        self.acts = {name: self.act(name.partition("#")[0]) for name in told}
        self.known: list[str] = []
        self.expected = 0

    @property
    def mails(self) -> int:
        return self.service.server.to.count(f"{self.who}@example.se")

    def act(self, name: str) -> Act:
        if name == "forgotten":
            gone = self.service.about(self.named())
            return lambda tx: on_recipient_forgotten(tx, str(self.who), gone)
        event = self.named() if name == "named" else self.event(name)
        about = self.service.about(event)  # in the order in which they are told
        return lambda tx: hears[type(event)](tx, event, about)

    def named(self) -> Any:
        of = UNIT if self.role == "participant" else self.story.organisation
        return named(self.role, of, self.who, address=f"{self.who}@example.se")

    def event(self, name: str) -> Any:
        story = self.story
        if name in ENDS:
            return story.of_match(ENDS[name])
        if name == "employer_answered":
            return story.of_match(m.EmployerAnswered, answer="yes")
        if name in {"visible", "hidden"}:
            return story.visible(seen=name == "visible")
        asks = {"participant": story.asked, "contact_person": story.employer_asked}
        return asks[self.role] if name == "asked" else getattr(story, name)


async def heard_in_every_order(
    service: Notifications,
    told: Sequence[str],
    may: Callable[[Collection[str]], bool],
    role: str = "participant",
) -> None:
    """Hear it in every order side by side, the sender at work after each step.

    There is a mail if, and only if, there was a moment at which it might go.
    """
    every = [(History(service, told, role), order) for order in orders(told)]
    for step in range(len(told)):
        async with service.database.transaction() as tx:
            for history, order in every:
                await history.acts[order[step]](tx)
        await service.sends()
        for history, order in every:
            known = order[: step + 1]
            history.expected = history.expected or int(may(known))
            assert history.mails == history.expected, known


def orders(told: Sequence[str]) -> list[tuple[str, ...]]:
    """Give every order; only the directory, which is compacted, keeps its own."""
    return [
        order
        for order in permutations(told)
        if "forgotten" not in order or order.index("named") < order.index("forgotten")
    ]


@pytest.mark.parametrize("against", AGAINST_HER)
async def test_she_is_never_mailed_once_anything_against_it_was_heard(
    service: Notifications, against: str
) -> None:
    await heard_in_every_order(
        service, [*HER, against], lambda known: {*known} >= {*HER} and against not in known
    )


async def test_who_was_hidden_since_she_was_asked_is_not_mailed_when_visible_again(
    service: Notifications,
) -> None:
    def may(known: Collection[str]) -> bool:
        seen = {*known} & {"visible", "visible#2"}
        return bool(seen) and {*known} >= {"named", "asked"} and "hidden" not in known

    await heard_in_every_order(service, ["visible", "named", "asked", "hidden", "visible#2"], may)


async def test_who_was_hidden_before_she_was_asked_is_mailed_when_visible_again(
    service: Notifications,
) -> None:
    told = ["named", "hidden", "visible", "asked"]
    await heard_in_every_order(service, told, lambda known: {*known} >= {*HER})


@pytest.mark.parametrize("against", AGAINST_IT)
async def test_the_employer_is_never_mailed_about_her_once_anything_against_it_was_heard(
    service: Notifications, against: str
) -> None:
    await heard_in_every_order(
        service,
        [*ITS, against],
        lambda known: {*known} >= {*ITS} and against not in known,
        role="contact_person",
    )


async def test_the_employer_is_not_mailed_about_her_whose_consent_was_not_heard(
    service: Notifications,
) -> None:
    told = ["named", "visible", "proposed", "asked"]  # the proposal says whom it is about
    await heard_in_every_order(service, told, lambda _: False, role="contact_person")


async def test_long_histories_mail_nobody_who_is_hidden_at_that_moment(
    service: Notifications,
) -> None:
    """Random streams, dealt one against the other in their own order, as Kafka does."""
    running = [dealt(service, random.Random(seed)) for seed in range(150)]
    while any(any(streams) for _, streams, _ in running):
        before = [history.mails for history, _, _ in running]
        async with service.database.transaction() as tx:
            for history, streams, chance in running:
                if left := [stream for stream in streams if stream]:
                    name = chance.choice(left).pop(0)
                    await history.acts[name](tx)
                    history.known.append(name)
        await service.sends()
        for (history, _, _), mails in zip(running, before, strict=True):
            if history.mails > mails:
                assert may_know(history.known), history.known
    assert {history.mails for history, _, _ in running} == {0, 1}


def dealt(
    service: Notifications, chance: random.Random
) -> tuple[History, list[list[str]], random.Random]:
    """Tell a long history, and give it with its streams."""
    seen = chance.choices(("hidden", "visible"), weights=(1, 3), k=6)
    told = ["named", *(f"{name}#{n}" for n, name in enumerate(["visible", *seen]))]
    at, end = chance.randrange(2, len(told)), chance.choice(("withdrawn", "expired", "answered"))
    told[at:at] = ["asked", end]
    history = History(service, told, "participant")
    of_her = [name for name in told if name.startswith(("visible", "hidden"))]
    return history, [["named"], ["asked", end], of_her], chance


def may_know(known: Sequence[str]) -> bool:
    """Tell whether a mail may go out by all that is known: asked, not over, seen at the last."""
    seen = [one for one in known if one.startswith(("visible", "hidden"))]
    over = {"withdrawn", "expired", "answered"} & {*known}
    return "asked" in known and not over and bool(seen) and seen[-1].startswith("visible")
