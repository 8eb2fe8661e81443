"""Time in: what is due today and not yet done."""

from followup.commands.closing import close
from followup.commands.lapse import lapse, waiting

__all__ = ["THINGS", "due", "waiting"]

due = (lapse, close)
THINGS = ("commitments", "networks")
