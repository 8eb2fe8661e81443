"""What notifications can be asked: of notices, of mails, and of whom they go to."""

from notifications.queries.delivery import (
    hold_subjects,
    mail,
    mail_to,
    mails_claimed_before,
    next_mail,
    notices_in,
)
from notifications.queries.notice import (
    companions,
    forgotten_ones,
    late_tasks,
    notice_for,
    notice_locked,
    notice_sent,
    notices,
    open_notices,
    to_release,
    told_otherwise,
    what_is_known,
)
from notifications.queries.recipient import (
    recipients,
    told_already,
)

__all__ = [
    "companions",
    "forgotten_ones",
    "hold_subjects",
    "late_tasks",
    "mail",
    "mail_to",
    "mails_claimed_before",
    "next_mail",
    "notice_for",
    "notice_locked",
    "notice_sent",
    "notices",
    "notices_in",
    "open_notices",
    "recipients",
    "to_release",
    "told_already",
    "told_otherwise",
    "what_is_known",
]
