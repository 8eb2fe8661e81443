"""What notifications can be asked: of notices, of mails, and of whom they go to."""

from notifications.queries.delivery import (
    keys_of,
    lock_mail,
    lock_mail_to,
    lock_mails_claimed_before,
    lock_next_mail,
    lock_notices_in,
    lock_subjects,
    parked_of,
)
from notifications.queries.notice import (
    count_due,
    lock_companions,
    lock_due,
    lock_late,
    lock_notice,
    lock_open_notices,
    lock_owing,
    lock_told_otherwise,
    notice_for,
    notice_sent,
    notices,
    what_is_known,
)
from notifications.queries.recipient import (
    recipients,
    told_already,
)

__all__ = [
    "count_due",
    "keys_of",
    "lock_companions",
    "lock_due",
    "lock_late",
    "lock_mail",
    "lock_mail_to",
    "lock_mails_claimed_before",
    "lock_next_mail",
    "lock_notice",
    "lock_notices_in",
    "lock_open_notices",
    "lock_owing",
    "lock_subjects",
    "lock_told_otherwise",
    "notice_for",
    "notice_sent",
    "notices",
    "parked_of",
    "recipients",
    "told_already",
    "what_is_known",
]
