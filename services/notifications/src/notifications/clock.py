"""Time in: what is due today and not yet done."""

from notifications.commands import dispatch, notice, retention

due = (
    notice.expire,
    retention.forget_what_is_over,
    retention.forget_who_left,
    dispatch.dispatch_due,
)
THINGS = ("notices", "mails", "candidates", "unreadable_addresses", "notices_of_another_release")
