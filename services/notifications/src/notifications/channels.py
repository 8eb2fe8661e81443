"""Mails go out by SMTP, and what became of each is told exactly."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from notifications.templates import Rendered
from shared.sealing import Addressee

Result = Literal["accepted", "refused", "deferred", "uncertain", "unsendable"]


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person; its id stays the same however often it is tried."""

    message_id: str
    to: Addressee
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail; `why` is a step and a code such as `rcpt 550`, never a server's text."""

    result: Result
    why: str = ""
    pause_all: bool = False  # nobody's mail will be taken now


async def hand_over(
    mail: Mail, settings: Any, on_handed_over: Callable[[], Awaitable[None]]
) -> Outcome:
    """Offer the mail to the server; `on_handed_over` is awaited before it could be delivered."""
    raise NotImplementedError
