"""Time in: what is due today and not yet done."""

from matching.commands import closing, match, visibility

# In this order: a candidate who is hidden today loses her matches before they are looked at.
due = (visibility.due, match.expire, closing.close_what_is_over)
