"""Time in: what is due today and not yet done."""

from matching.commands import consequences
from matching.commands.matches import transitions
from matching.commands.places import closings, members

# In this order: a candidate who is hidden today loses her matches before they are looked at.
due = (consequences.due, transitions.expire, closings.close_what_is_over, members.follow_members)
THINGS = ("candidates", "matches", "places")
