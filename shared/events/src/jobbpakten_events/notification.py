"""What notifications tells: that somebody was told, and whether she acted. Never who or what."""

from typing import Annotated, Literal
from uuid import UUID

from jobbpakten_events import Code, Day, Event, says

TOPIC = "notification.v1"

NoticeId = Annotated[UUID, says("One notice to one recipient.")]
Template = Annotated[Code, says("Code of what it says, such as sign_agreement.")]


class OfNotice(Event, topic=TOPIC, about="notice_id"):
    """What every event about a notice says of it."""

    notice_id: NoticeId
    template: Template


class NoticeRequested(OfNotice, kind="notice.requested.v1"):
    """Somebody is to be told something."""

    kind_of_notice: Annotated[Literal["task", "message"], says("Whether an act is asked for.")]
    role: Annotated[Code, says("The role of whoever is told.")]
    act_by: Annotated[Day | None, says("The last day for the act.")] = None


class NoticeSent(OfNotice, kind="notice.sent.v1"):
    """The mail server took the mail."""


Ground = Literal["refused", "given_up", "unsendable"]


class NoticeFailed(OfNotice, kind="notice.failed.v1"):
    """The mail can't be delivered; a caseworker or coordinator has to tell her in another way."""

    ground: Annotated[
        Ground,
        says("The server refused it for good, never took it in time, or it couldn't be made."),
    ]


class NoticeUncertain(OfNotice, kind="notice.uncertain.v1"):
    """Whether the server took the mail isn't known; it is never sent again by itself."""


class NoticeActed(OfNotice, kind="notice.acted.v1"):
    """What the notice asked for has been done."""


class NoticeCancelled(OfNotice, kind="notice.cancelled.v1"):
    """There is nothing left to tell or do, or nobody who may be told."""


class NoticeExpired(OfNotice, kind="notice.expired.v1"):
    """The day by which the act was asked for is over."""
