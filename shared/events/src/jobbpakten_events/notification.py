"""What notifications tells: that somebody was told, and whether she acted. Never who or what."""

from typing import Annotated, Literal
from uuid import UUID

from jobbpakten_events import Code, Day, Event, says

TOPIC = "notification.v1"

NoticeId = Annotated[UUID, says("One notice to one recipient.")]
Template = Annotated[Code, says("Code of what it says, such as sign_agreement.")]


class NoticeRequested(Event, topic=TOPIC, kind="notice.requested.v1", about="notice_id"):
    """Somebody is to be told something."""

    notice_id: NoticeId
    template: Template
    kind_of_notice: Annotated[Literal["task", "message"], says("Whether an act is asked for.")]
    role: Annotated[Code, says("The role of whoever is told.")]
    act_by: Annotated[Day | None, says("The last day for the act.")] = None


class NoticeSent(Event, topic=TOPIC, kind="notice.sent.v1", about="notice_id"):
    """The mail server took the mail."""

    notice_id: NoticeId
    template: Template


class NoticeFailed(Event, topic=TOPIC, kind="notice.failed.v1", about="notice_id"):
    """The mail can't be delivered; a caseworker or coordinator has to tell her in another way."""

    notice_id: NoticeId
    template: Template
    ground: Annotated[
        Literal["refused", "given_up", "unsendable"],
        says("The server refused it for good, never took it in time, or it couldn't be made."),
    ]


class NoticeUncertain(Event, topic=TOPIC, kind="notice.uncertain.v1", about="notice_id"):
    """Whether the server took the mail isn't known; it is never sent again by itself."""

    notice_id: NoticeId
    template: Template


class NoticeActed(Event, topic=TOPIC, kind="notice.acted.v1", about="notice_id"):
    """What the notice asked for has been done."""

    notice_id: NoticeId
    template: Template


class NoticeCancelled(Event, topic=TOPIC, kind="notice.cancelled.v1", about="notice_id"):
    """There is nothing left to tell or do, or nobody who may be told."""

    notice_id: NoticeId
    template: Template


class NoticeExpired(Event, topic=TOPIC, kind="notice.expired.v1", about="notice_id"):
    """The day by which the act was asked for is over."""

    notice_id: NoticeId
    template: Template
