"""Mails go out by SMTP, and what became of each is told exactly.

Only DATA makes a server deliver. Whatever breaks before it is safe to try again; an answer to it is
definite; what breaks between the two stays uncertain, and is never tried again by itself.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from notifications.channels.addresses import Unsendable
from notifications.channels.alarms import ADVICE, event_of
from notifications.channels.mime_messages import Mail, letter
from notifications.channels.smtp_replies import Outcome, Result
from notifications.channels.smtp_sessions import Session

__all__ = ["ADVICE", "Mail", "Outcome", "Result", "event_of", "hand_over"]


async def hand_over(
    mail: Mail, settings: Any, on_handed_over: Callable[[], Awaitable[None]]
) -> Outcome:
    """Offer the mail; `on_handed_over` is awaited before the server could deliver it.

    Should that fail its error is raised, and nothing is delivered.
    """
    try:
        written = letter(mail, settings.sender)
    except Unsendable as error:
        return Outcome("unsendable", str(error))
    session = Session(settings, written)
    try:
        early = await session.before_data()
        if early:
            return early
        await on_handed_over()
        return await session.data()
    finally:
        session.leave()
