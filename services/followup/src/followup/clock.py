"""Time in: what is due today and not yet done."""

from followup.commands.closing import close
from followup.commands.lapse import lapse

due = (lapse, close)
THINGS = ("commitments", "networks")
