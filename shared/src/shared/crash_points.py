"""Places where a process may die; each is named in code and tried by the fault test."""

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Do nothing, but in a fault test: `CRASH_AT=relay.acked:3` kills at the third passing.

    A third part names another signal, `relay.read:3:SIGSTOP`.
    """
    chosen = os.environ.get("CRASH_AT", "")
    if not chosen.startswith(f"{name}:"):
        return
    _passed[name] += 1
    _, at, *how = chosen.split(":")
    if _passed[name] == int(at):
        os.kill(os.getpid(), signal.Signals[how[0]] if how else signal.SIGKILL)
