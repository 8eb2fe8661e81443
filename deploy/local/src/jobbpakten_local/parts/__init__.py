"""The real parts that demo and tests run on: PostgreSQL, Apache Kafka, a mail server.

An address from the environment wins, `PARTS=docker` takes containers, else the part is embedded: it
comes from the package registries and runs in the data folder that it is given, as its process.
"""

import asyncio
import fcntl
import os
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TextIO, TypeVar

from jobbpakten_local.parts import signals
from shared.arguments import odd

Source = Literal["given", "docker", "embedded"]
Result = TypeVar("Result")


class Unavailable(RuntimeError):
    """A part that can't be had; the text is one sentence with cause and fix."""


def source(variable: str) -> tuple[Source, str]:
    """Where a part is taken from, and why."""
    for name in (variable, "PARTS"):
        if odd([os.environ.get(name, "")]):
            raise Unavailable(f"{name} isn't UTF-8: correct it, or leave it out")
    if os.environ.get(variable):
        return "given", f"{variable} is set"
    asked = os.environ.get("PARTS") or "embedded"
    if asked == "docker":
        return "docker", "PARTS=docker"
    if asked != "embedded":
        raise Unavailable(f"PARTS={asked} means nothing: set it to docker, or leave it out")
    return "embedded", f"neither {variable} nor PARTS=docker is set"


def say(line: str) -> None:
    """Say it to whoever looks; a terminal that was closed is no reason to end in another way."""
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def cache() -> Path:
    """Say where downloads are kept, for all working copies of one person."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jobbpakten"


@contextmanager
def one_at_a_time(what: str) -> Iterator[Path]:
    """Give the folder of what is set up once for this machine; other processes wait meanwhile."""
    folder = cache() / what
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        if not locked(lock):
            say(f"another process sets up {folder}: waiting for it")
            signals.sleep_until(lambda: locked(lock))
        yield folder


def locked(file: TextIO) -> bool:
    """Lock the file unless somebody else has: waiting for it inside the system heeds no signal."""
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def finished(work: Coroutine[Any, Any, Result]) -> Result:
    """Run to its end, also where a loop is running already; a signal ends it before."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, signals.heeding(work)).result()
