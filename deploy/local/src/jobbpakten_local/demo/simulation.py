"""A year of the network: week by week the clocks are set, people act, all falls quiet."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jobbpakten_local.demo.network.acts import Applicant
from jobbpakten_local.demo.network.callers import Callers, Refused, at_once
from jobbpakten_local.demo.network.diaries import FRIDAY, Act
from jobbpakten_local.demo.network.organisations import organisations
from jobbpakten_local.demo.network.stories import START, diaries
from jobbpakten_local.demo.network.units import name_staff, place, receive, units_of

SENT_POLL_SECONDS = 0.05
SENT_POLLS = 600

Quiet = Callable[[], Awaitable[object]]
Heard = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Week:
    """A week that is over: its last day, and how much was done."""

    day: date
    acts: int


@dataclass(frozen=True, slots=True)
class Network:
    """The services as people reach them, and two barriers: all is quiet, one has heard all."""

    services: Mapping[str, Callers]
    quiet: Quiet
    heard: Heard

    @property
    def membership(self) -> Callers:
        return self.services["membership"]

    @property
    def matching(self) -> Callers:
        return self.services["matching"]

    @property
    def followup(self) -> Callers:
        return self.services["followup"]


async def year(
    network: Network, seed: int, weeks: int, over: Callable[[Week], None]
) -> list[Applicant]:
    """Let a year, or some weeks of it, happen; the same seed lets the same happen."""
    profile = await network.membership.on_network("coordinator", "GET")
    who = organisations()
    applicants = [Applicant(one, profile["values"]["version"]) for one in who]
    plans = list(zip(applicants, diaries(who, profile, seed, weeks), strict=True))
    units = units_of(network.matching, seed)
    since = START - timedelta(days=30)
    for day in days(weeks):
        await set_clocks(network, day)
        if not since > START:
            await name_staff(network.membership)
        # No organisation's act meets a candidate's, so nobody waits for the other.
        both = (act(network.services, plans, since, day), receive(units, day))
        acts = sum(await at_once(both))
        await network.heard("matching")  # whose member was suspended is proposed nobody
        acts += await place(network.matching, units, applicants, day)
        await do_what_is_due(network)
        over(Week(day, acts))
        since = day
    await network.quiet()
    return applicants


def days(weeks: int) -> Iterator[date]:
    """Give the Friday of each week, and the day on which the last one is over."""
    yield from (START + timedelta(weeks=week, days=FRIDAY) for week in range(weeks))
    yield START + timedelta(weeks=weeks)


async def act(
    services: Mapping[str, Callers],
    plans: Iterable[tuple[Applicant, Sequence[Act]]],
    since: date,
    until: date,
) -> int:
    """Let everybody do what they record in these days, each in order, several at a time."""

    async def live(one: Applicant, acts: Sequence[Act]) -> int:
        now = [act for act in acts if since < act.recorded_on <= until]
        for act in now:
            await one.do(act, services)
        return len(now)

    return sum(await at_once(live(one, acts) for one, acts in plans))


async def set_clocks(network: Network, day: date) -> None:
    body = {"today": day.isoformat()}
    await asyncio.gather(
        *(one.call("system", "PUT", "/clock", body) for one in network.services.values())
    )


async def do_what_is_due(network: Network) -> None:
    """Let everybody do what is due once all is heard, then send what it led to."""
    asking = dict(network.services)
    sender = asking.pop("notifications")
    await network.quiet()
    done = await asyncio.gather(*map(all_due, asking.values()))
    if any(done):
        await network.quiet()
    await due(sender)
    await until_sent(sender)


async def all_due(service: Callers) -> int:
    """Let a service do all that is due, one round after another, and give how much that was."""
    done = 0
    while found := await due(service):
        done += found
    return done


async def due(service: Callers) -> int:
    found = await service.call("system", "POST", "/clock/due")
    if found["failed"]:
        raise Refused(f"{service.service} can't do {', '.join(found['failed'])}: see its log")
    done: int = found["done"]
    return done


async def until_sent(notifications: Callers) -> None:
    """Wait until no mail is on its way: what waits on has a reason."""
    for _ in range(SENT_POLLS):
        path = "/notices?state=waiting&limit=200"
        found = (await notifications.on_network("coordinator", "GET", path))["notices"]
        if all(one["reason"] for one in found):
            return
        await asyncio.sleep(SENT_POLL_SECONDS)
    raise Refused("notifications has mails that don't go out: see its log, and the mail server's")
