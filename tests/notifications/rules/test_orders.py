"""No order of events mails a person who is hidden, gone, or whose match is over.

Exhaustive: every order of each short history, the sender at work after every single event. The
streams are numbered as told, so an order may turn a stream around too: worse than Kafka does.
"""

import random
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import ACT_BY
from tests.notifications.support.orders import History, heard_in_every_order
from tests.support.driven import TODAY

from jobbpakten_events import matching as m

HER = ("named", "visible", "asked")
ITS = ("named", "visible", "consented", "asked")
AGAINST_HER = ("hidden", "left", "withdrawn", "superseded", "expired", "answered", "forgotten")
AGAINST_IT = (
    "hidden",
    "consent_withdrawn",
    "consent_over",
    "withdrawn",
    "employer_answered",
    "forgotten",
)
ENDS = {"superseded": m.MatchSuperseded, "expired": m.MatchExpired}
A_MONTH_LATER = ACT_BY + timedelta(days=30)
UNTIL = {
    "consented": ACT_BY,
    "consented_anew": A_MONTH_LATER,
    "consent_over": TODAY - timedelta(days=1),
}
STEPS_OF_CONSENT = 6
CONSENTS: Sequence[list[list[str]]] = (
    [["consented"]],
    [["consented"]],
    [["consented"], ["consented_anew"]],
    [["consented_anew"]],
    [["consented_anew"]],
    [["consent_over"]],
    [["consented", "consent_withdrawn"]],
    [],
)


class OfMatch(History):
    """One match, told to her or to the employer."""

    def told(self, name: str) -> Any:
        story = self.story
        if name in ENDS:
            return story.of_match(ENDS[name])
        if name in UNTIL:
            more = {"consent_id": uuid4()} if name == "consented_anew" else {}
            return story.of_match(m.ConsentGiven, until=UNTIL[name], **more)
        if name == "employer_answered":
            return story.of_match(m.EmployerAnswered, answer="yes")
        employer_asked = story.of_match(m.EmployerAsked, act_by=UNTIL["consented_anew"])
        asks = {"participant": story.asked, "contact_person": employer_asked}
        return asks[self.role] if name == "asked" else getattr(story, name)


Dealt = tuple[OfMatch, list[list[str]], random.Random]


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
        await heard_a_step(service, running, known, TODAY)
    assert {history.mails for history, _, _ in running} == {0, 1}


async def test_long_histories_mail_no_employer_about_her_who_has_not_agreed_to_it_that_day(
    service: Notifications,
) -> None:
    """The same with consents that are given, taken back, given anew, and over in between."""
    running = [dealt_to_it(service, random.Random(seed)) for seed in range(150)]
    known: dict[OfMatch, list[str]] = {history: [] for history, _, _ in running}
    step, today, after = 0, TODAY, set()
    while any(any(streams) for _, streams, _ in running):
        if step == STEPS_OF_CONSENT:
            today = ACT_BY + timedelta(days=1)
            await service.set_the_day(today)
        after |= await heard_a_step(service, running, known, today)
        step += 1
    assert {history.mails for history, _, _ in running} == {0, 1}
    assert after == {TODAY, today}


async def heard_a_step(
    service: Notifications, running: Sequence[Dealt], known: dict[OfMatch, list[str]], today: date
) -> set[date]:
    """Let each history go on by one event; give the day if somebody was mailed, as she might."""
    before, mailed = [history.mails for history, _, _ in running], set()
    async with service.database.transaction() as tx:
        for history, streams, chance in running:
            if left := [stream for stream in streams if stream]:
                name = chance.choice(left).pop(0)
                await history.acts[name](tx)
                known[history].append(name)
    await service.sends()
    for (history, _, _), mails in zip(running, before, strict=True):
        if history.mails > mails:
            assert may_know(history.role, known[history], today), known[history]
            mailed.add(today)
    return mailed


def dealt(service: Notifications, chance: random.Random) -> Dealt:
    """Tell her a long history, and give it with its streams."""
    told, of_her = seen_and_hidden(chance)
    at, end = chance.randrange(2, len(told)), chance.choice(("withdrawn", "expired", "answered"))
    told[at:at] = ["asked", end]
    history = OfMatch(service, "participant", told)
    return history, [["named"], ["asked", end], of_her], chance


def dealt_to_it(service: Notifications, chance: random.Random) -> Dealt:
    """Tell the employer one; each consent is a stream of its own, and may end in it."""
    told, of_her = seen_and_hidden(chance)
    at = chance.randrange(2, len(told))
    end = chance.choice(("withdrawn", "expired", "employer_answered"))
    consents = chance.choice(CONSENTS)
    told[at:at] = [*(one for stream in consents for one in stream), "asked", end]
    history = OfMatch(service, "contact_person", told)
    return history, [["named"], ["asked", end], of_her, *map(list, consents)], chance


def seen_and_hidden(chance: random.Random) -> tuple[list[str], list[str]]:
    seen = chance.choices(("hidden", "visible"), weights=(1, 5), k=6)
    of_her = [f"{name}#{n}" for n, name in enumerate(["visible", *seen])]
    return ["named", *of_her], of_her


def may_know(role: str, known: Sequence[str], today: date) -> bool:
    """Tell whether a mail may go out by all that is known: asked, not over, seen at the last."""
    seen = [one for one in known if one.startswith(("visible", "hidden"))]
    over = {"withdrawn", "expired", "answered", "employer_answered", "consent_withdrawn"} & {*known}
    agreed = {UNTIL[one] for one in known if one in UNTIL}
    shown = role == "participant" or any(until >= today for until in agreed)
    visible = bool(seen) and seen[-1].startswith("visible")
    return "asked" in known and not over and visible and shown
