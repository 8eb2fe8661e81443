"""No order of events mails a person who is hidden, gone, or whose match is over.

Exhaustive: every order of each short history, the sender at work after every single event. The
streams are numbered as told, so an order may turn a stream around too: worse than Kafka does.
"""

import random
from collections.abc import Callable, Collection, Sequence
from itertools import permutations
from typing import Any

import pytest
from tests.notifications.conftest import Notifications
from tests.notifications.orders import History, heard_in_every_order

from shared.events import matching as m

HER = ("named", "visible", "asked")
ITS = ("named", "visible", "consented", "asked")
AGAINST_HER = ("hidden", "left", "withdrawn", "superseded", "expired", "answered", "forgotten")
AGAINST_IT = ("hidden", "consent_withdrawn", "withdrawn", "employer_answered", "forgotten")
ENDS = {"superseded": m.MatchSuperseded, "expired": m.MatchExpired}


class OfMatch(History):
    """One match, told to her or to the employer."""

    def told(self, name: str) -> Any:
        story = self.story
        if name in ENDS:
            return story.of_match(ENDS[name])
        if name == "employer_answered":
            return story.of_match(m.EmployerAnswered, answer="yes")
        asks = {"participant": story.asked, "contact_person": story.employer_asked}
        return asks[self.role] if name == "asked" else getattr(story, name)


async def match_in_every_order(
    service: Notifications,
    told: Sequence[str],
    may: Callable[[Collection[str]], bool],
    role: str = "participant",
) -> None:
    every = [(OfMatch(service, role, told), order) for order in orders(told)]
    await heard_in_every_order(every, may)


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
    await match_in_every_order(
        service, [*HER, against], lambda known: {*known} >= {*HER} and against not in known
    )


async def test_who_was_hidden_since_she_was_asked_is_not_mailed_when_visible_again(
    service: Notifications,
) -> None:
    def may(known: Collection[str]) -> bool:
        seen = {*known} & {"visible", "visible#2"}
        return bool(seen) and {*known} >= {"named", "asked"} and "hidden" not in known

    await match_in_every_order(service, ["visible", "named", "asked", "hidden", "visible#2"], may)


async def test_who_was_hidden_before_she_was_asked_is_mailed_when_visible_again(
    service: Notifications,
) -> None:
    told = ["named", "hidden", "visible", "asked"]
    await match_in_every_order(service, told, lambda known: {*known} >= {*HER})


@pytest.mark.parametrize("against", AGAINST_IT)
async def test_the_employer_is_never_mailed_about_her_once_anything_against_it_was_heard(
    service: Notifications, against: str
) -> None:
    await match_in_every_order(
        service,
        [*ITS, against],
        lambda known: {*known} >= {*ITS} and against not in known,
        role="contact_person",
    )


async def test_the_employer_is_not_mailed_about_her_whose_consent_was_not_heard(
    service: Notifications,
) -> None:
    told = ["named", "visible", "proposed", "asked"]  # the proposal says whom it is about
    await match_in_every_order(service, told, lambda _: False, role="contact_person")


async def test_long_histories_mail_nobody_who_is_hidden_at_that_moment(
    service: Notifications,
) -> None:
    """Random streams, dealt one against the other in their own order, as Kafka does."""
    running = [dealt(service, random.Random(seed)) for seed in range(150)]
    known: dict[OfMatch, list[str]] = {history: [] for history, _, _ in running}
    while any(any(streams) for _, streams, _ in running):
        before = [history.mails for history, _, _ in running]
        async with service.database.transaction() as tx:
            for history, streams, chance in running:
                if left := [stream for stream in streams if stream]:
                    name = chance.choice(left).pop(0)
                    await history.acts[name](tx)
                    known[history].append(name)
        await service.sends()
        for (history, _, _), mails in zip(running, before, strict=True):
            if history.mails > mails:
                assert may_know(known[history]), known[history]
    assert {history.mails for history, _, _ in running} == {0, 1}


def dealt(
    service: Notifications, chance: random.Random
) -> tuple[OfMatch, list[list[str]], random.Random]:
    """Tell a long history, and give it with its streams."""
    seen = chance.choices(("hidden", "visible"), weights=(1, 3), k=6)
    told = ["named", *(f"{name}#{n}" for n, name in enumerate(["visible", *seen]))]
    at, end = chance.randrange(2, len(told)), chance.choice(("withdrawn", "expired", "answered"))
    told[at:at] = ["asked", end]
    history = OfMatch(service, "participant", told)
    of_her = [name for name in told if name.startswith(("visible", "hidden"))]
    return history, [["named"], ["asked", end], of_her], chance


def may_know(known: Sequence[str]) -> bool:
    """Tell whether a mail may go out by all that is known: asked, not over, seen at the last."""
    seen = [one for one in known if one.startswith(("visible", "hidden"))]
    over = {"withdrawn", "expired", "answered"} & {*known}
    return "asked" in known and not over and bool(seen) and seen[-1].startswith("visible")
