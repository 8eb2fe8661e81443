"""The sender: mails go out as soon as they may, several at once, each brought to its end."""

import asyncio
import time
from functools import partial
from typing import Any, Literal
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from notifications import channels
from notifications.channels import ADVICE, Mail, Outcome
from notifications.commands import delivery, dispatch, metrics, recovery, retelling
from notifications.commands.delivery import Claimed, Overtaken, Unclaimable
from notifications.commands.parts import composed
from notifications.rules.retries import LONGEST_TRY
from notifications.settings import Settings
from shared.database import Database, world_is_broken
from shared.logs import describe
from shared.messaging.crash_points import crash_point
from shared.time import clock
from shared.undone import over_and_over

ROUNDS = ("release", "recover", "owed", "mail_figures", "send", "help")
SENDERS = 4  # mails on their way at once
LOOK_SECONDS = {"system": 0.2, "manual": 0.05}  # who sets the clock by hand waits for the mails
RECOVER_SECONDS = 10
STOP_SECONDS = 6  # what was begun is ended, if the server lets us
TRIES_TO_RECORD = 5

log = structlog.get_logger()


async def send(settings: Settings, database: Database) -> None:
    """Send mails for as long as the service runs."""
    sender, pause = Sender(settings, database), LOOK_SECONDS[settings.clock]
    works = (
        (sender.dispatch_round, pause),
        (sender.recover, RECOVER_SECONDS),
        (sender.take_owed_steps, RECOVER_SECONDS),
        (sender.look, RECOVER_SECONDS),
        (sender.send_round, pause),
        *[(sender.help_round, 0.0)] * (SENDERS - 1),
    )
    names = (*ROUNDS, *ROUNDS[-1:] * (SENDERS - 2))
    async with asyncio.TaskGroup() as group:
        for name, (work, seconds) in zip(names, works, strict=True):
            group.create_task(over_and_over(database.undone, name, work, seconds))


class Sender:
    """Claims mails, one at a time, and hands them over; holds no connection meanwhile."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.server = f"{settings.smtp_host}:{settings.smtp_port}"
        self.paused_until = 0.0
        self.complained: tuple[str | None, str] | None = None  # of what stops all, and was said
        self.more = asyncio.Event()  # while one of us finds something, the others look too

    async def dispatch_round(self) -> int:
        """Release what may go; a clock set by hand releases by its own `due` alone."""
        if self.settings.clock == "manual":
            return 0
        async with self.database.transaction() as tx:
            return await dispatch.dispatch(tx, clock.now())

    async def recover(self) -> None:
        async with self.database.transaction() as tx:
            if lost := await recovery.recover(tx, clock.now()):
                log.warning("mails_recovered", count=lost)

    async def take_owed_steps(self) -> int:
        async with self.database.transaction() as tx:
            return await recovery.take_owed_steps(tx, clock.now())

    async def look(self) -> None:
        """Read the figures that operations see, each by itself."""
        paused = time.monotonic() < self.paused_until
        metrics.paused.labels(self.settings.service).set(paused)
        await metrics.look(self.database)

    async def send_round(self) -> None:
        """Send until nothing is due; once begun, a mail is brought to its end."""
        while time.monotonic() >= self.paused_until:
            claimed = await self.claimed()
            if claimed == "nothing":
                self.more.clear()
                return
            self.more.set()
            if isinstance(claimed, Claimed):
                crash_point("delivery.claimed")
                await finished(asyncio.create_task(self.hand_over(claimed)))

    async def help_round(self) -> None:
        """Wait until another finds something: at rest one alone looks, the others cost nothing."""
        await self.more.wait()
        try:
            await self.send_round()
        finally:
            self.more.clear()  # also when nobody's mail is tried, or nothing works

    async def claimed(self) -> Claimed | Literal["nothing", "void"]:
        """Claim the next mail; one that can't even be looked at lets the others go first."""
        try:
            async with self.database.transaction() as tx:
                if held := await retelling.hold(tx):
                    log.error("mails_held_after_restore", count=held)
                return await delivery.claim(tx, uuid7(), clock.now())
        except Unclaimable as error:
            async with self.database.transaction() as tx:
                await delivery.postpone(tx, error.delivery_id, clock.now())
            return "void"

    async def hand_over(self, claimed: Claimed) -> None:
        handed_over = False

        async def on_handed_over() -> None:
            nonlocal handed_over
            async with self.database.transaction() as tx:
                await delivery.hand_over(tx, claimed, clock.now())
            handed_over = True
            crash_point("delivery.handed_over")

        try:
            async with asyncio.timeout(LONGEST_TRY.total_seconds()):
                outcome = await self.outcome(claimed, on_handed_over)
        except Overtaken:
            await self.recorded(partial(delivery.let_go, claimed=claimed))
            return
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail's fate depends on when
            at = self.database.at if world_is_broken(error) else self.server
            about = {"key": str(claimed.delivery_id), "error": describe(error), "at": at}
            log.warning("hand_over_broke_off", **about)
            outcome = Outcome("uncertain" if handed_over else "deferred", "broke off")
        if outcome.pause_all:
            # It takes nobody's mail: we don't hammer at it.
            self.paused_until = time.monotonic() + self.settings.retry_seconds
        self.report(claimed.delivery_id, outcome)
        await self.recorded(partial(delivery.record_outcome, claimed=claimed, outcome=outcome))

    async def outcome(self, claimed: Claimed, on_handed_over: Any) -> Outcome:
        try:
            known = self.settings, self.database.networks
            rendered = composed(*known, claimed.inside, claimed.language)
        except Exception as error:  # noqa: BLE001 - no template may stop the others' mails
            log.error("mail_unsendable", key=str(claimed.delivery_id), error=describe(error))  # noqa: TRY400 - never its text
            return Outcome("unsendable", "words")
        if claimed.to is None:
            return Outcome("unsendable", "address")
        mail = Mail(str(claimed.delivery_id), claimed.to, rendered)
        return await channels.hand_over(mail, self.settings, on_handed_over)

    async def recorded(self, what: Any) -> None:
        """Record what became of a mail; a short outage shall not make it uncertain."""
        for pause in range(TRIES_TO_RECORD):
            try:
                async with self.database.transaction() as tx:
                    await what(tx, now=clock.now())
            except Exception as error:  # noqa: BLE001 - after the last, its claim runs out
                log.warning("outcome_not_recorded", error=describe(error), at=self.database.at)
                await asyncio.sleep(pause)
            else:
                return

    def report(self, delivery_id: UUID, outcome: Outcome) -> None:
        """Log what became of a mail; what stops all of them is said once, until one goes again."""
        if outcome.alarm:
            metrics.alarms.labels(self.settings.service, outcome.alarm).inc()
        about = (outcome.alarm, f"{outcome.why} {outcome.cause}") if outcome.pause_all else None
        if about and about == self.complained:
            return
        if about or outcome.result == "accepted":
            self.complained = about
        say = log.info if outcome.result == "accepted" else log.warning
        say(f"mail_{outcome.result}", key=str(delivery_id), reason=outcome.why, at=self.server)
        if alarm := outcome.alarm:
            reason = ": ".join(filter(None, (outcome.why, outcome.cause, ADVICE[alarm])))
            log.error(channels.event_of(alarm), key=str(delivery_id), reason=reason, at=self.server)


async def finished(task: "asyncio.Task[None]") -> None:
    """Await a task that is ended even when we are stopped, within what a stop allows."""
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=STOP_SECONDS)
        task.cancel()
        raise
