"""Places where a process may die; each is named in code and tried by the fault test."""

import os
import signal
from pathlib import Path


def crash_point(name: str) -> None:
    """Do nothing, but in a fault test: there an order lies in the folder `CRASH_ORDERS`.

    An order is a file with the point's name; the first process that passes takes it and sends
    itself the signal that stands in it.
    """
    if orders := os.environ.get("CRASH_ORDERS"):
        obey(Path(orders) / name)


def obey(order: Path) -> None:
    try:
        how = order.read_text()
        order.unlink()
    except FileNotFoundError:
        return  # none, or another process was quicker
    os.kill(os.getpid(), signal.Signals[how or "SIGKILL"])
