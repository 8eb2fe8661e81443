"""SIGINT, SIGTERM and SIGHUP: noted when they come, and heeded where we wait.

A handler that raises does so wherever the program happens to be, also where nobody hears it: inside
a callback of an event loop the error is only logged, and what was to end goes on.
"""

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

LOOK_S = 0.02
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = 128  # and the signal's number, as shells count

_came: list[int] = []

Result = TypeVar("Result")


class Interrupted(BaseException):
    """A signal came; its number stands in it. No error: nobody shall pass over it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.code = EXIT_CODE + number


@contextmanager
def noted() -> Iterator[None]:
    """Note signals from here on; who is to be spared one (`nohup`) is spared it here, too."""
    before = {one: signal.getsignal(one) for one in SIGNALS}
    ours = [one for one, handler in before.items() if handler is not signal.SIG_IGN]
    for one in ours:
        signal.signal(one, note)
    try:
        yield
    finally:
        _came.clear()
        for one in ours:
            signal.signal(one, before[one])


def note(number: int, _: object) -> None:
    _came.append(number)


def count() -> int:
    """Count those that came: who ends things hurries when there is one more."""
    return len(_came)


def heed() -> None:
    """Raise Interrupted if a signal came."""
    if _came:
        raise Interrupted(_came[0])


def sleep_until(is_true: Callable[[], object], limit_s: float = float("inf")) -> bool:
    """Wait until it is true; False when the time is up. Interrupted when a signal comes."""
    patience = time.monotonic() + limit_s
    while not is_true():
        heed()
        if time.monotonic() > patience:
            return False
        time.sleep(LOOK_S)
    return True


async def heeding(work: Coroutine[Any, Any, Result]) -> Result:
    """Await the work on whatever loop; when a signal comes it is cancelled, until it ends.

    It is looked for by the loop itself, so that no handler has to get through to the work.
    """
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=LOOK_S))[0]:
            if _came:
                task.cancel()
    finally:
        task.cancel()
    if task.cancelled():
        heed()
    return task.result()


@contextmanager
def held() -> Iterator[None]:
    """Hold signals back: between its birth and our note of it a process would be lost to them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {one: signal.getsignal(one) for one in SIGNALS}
    ours = {one: how for one, how in handlers.items() if callable(how) and how is not note}
    before = count()
    for one in ours:
        signal.signal(one, note)
    try:
        yield
    finally:
        for one, handler in ours.items():
            signal.signal(one, handler)
        if ours:
            came = _came[before:]
            del _came[before:]
            for number in came:
                signal.raise_signal(number)


@contextmanager
def all_as_one() -> Iterator[None]:
    """Let SIGTERM and a closed terminal do what Ctrl-C does, unless somebody decided otherwise.

    That is to raise KeyboardInterrupt, or what asyncio makes of it where a loop is running: it
    cancels the loop's main task, and raises nothing in a callback.
    """
    is_main = threading.current_thread() is threading.main_thread()
    both = (signal.SIGTERM, signal.SIGHUP)
    quiet = [one for one in both if is_main and signal.getsignal(one) == signal.SIG_DFL]
    for one in quiet:
        signal.signal(one, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for one in quiet:
            signal.signal(one, signal.SIG_DFL)
