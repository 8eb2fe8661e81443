"""The processes of a data folder: it has one owner at a time, and they end with it, last first."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import psutil

from jobbpakten_local.parts import Unavailable, signals

PATIENCE_S = 15.0  # a broker with open transactions takes its time
SAME_BIRTH_S = 2.0  # the system's idea of a birth moves with its clock


@dataclass(frozen=True)
class Processes:
    """Those that were started for one folder, and the book in which they stand."""

    folder: Path
    book: TextIO
    ending: ExitStack

    def start(
        self, *command: str | Path, log: Path, stop: int = signal.SIGTERM, **more: Any
    ) -> psutil.Popen:
        """Start in a process group of its own: a Ctrl-C is ours to pass on."""
        with log.open("ab") as out, signals.held():
            process = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **more,
            )
            self.ending.callback(end, process, stop)
            note(self.book, process, stop)
        return process


@dataclass(frozen=True)
class Embedded:
    """A server of ours that may be stopped and started again: same folder, same address."""

    processes: Processes
    current: list[psutil.Popen] = field(default_factory=list, kw_only=True)

    @property
    def folder(self) -> Path:
        return self.processes.folder

    def run(
        self, *command: str | Path, ready: Callable[[], bool], limit_s: float, **more: Any
    ) -> None:
        """Start it, and wait until it is ready."""
        log = self.folder / "log"
        self.current[:] = [self.processes.start(*command, log=log, **more)]
        until_ready(self.current[0], ready, log, limit_s)

    def stop(self, how: int = signal.SIGTERM) -> None:
        end(self.current[0], how)

    def kill(self) -> None:
        """As a power cut would, but for the disk."""
        self.stop(signal.SIGKILL)


@contextmanager
def owned(folder: Path) -> Iterator[Processes]:
    """Own the folder, or say who does; what a killed owner left running is ended first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("a+") as book:
        claim(book, folder)
        ours = Processes(folder, book, ExitStack())
        with signals.all_as_one():
            try:
                yield ours
            finally:
                with signals.held():
                    ours.ending.close()
                    book.truncate(0)


def claim(book: TextIO, folder: Path) -> None:
    try:
        fcntl.flock(book, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = next(noted(book), ("?",))[0]
        raise Unavailable(
            f"{folder} is in use by process {owner}: end that one first, or take another folder"
        ) from None
    end_left_over(book)
    book.truncate(0)
    note(book, psutil.Process(), signal.SIGTERM)


def note(book: TextIO, process: psutil.Process, stop: int) -> None:
    with suppress(psutil.NoSuchProcess):  # it has ended already: its starter will see
        book.write(f"{process.pid} {process.create_time()} {int(stop)}\n")
        book.flush()


def noted(book: TextIO) -> Iterator[tuple[str, ...]]:
    book.seek(0)
    return (tuple(line.split()) for line in book)


def end_left_over(book: TextIO) -> None:
    _owner, *started = [*noted(book)] or [()]
    for pid, birth, stop in reversed(started):
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid))
            if abs(process.create_time() - float(birth)) < SAME_BIRTH_S:
                end(process, int(stop))


def end(process: psutil.Process, stop: int) -> None:
    """Ask it to stop; whatever interrupts the waiting, the whole group is gone after.

    A signal that comes meanwhile is impatience: then it is killed at once.
    """
    if not process.is_running():
        return
    before, patience = signals.count(), time.monotonic() + PATIENCE_S
    try:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(stop)
            while (
                not has_ended(process) and signals.count() == before and time.monotonic() < patience
            ):
                pass
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(psutil.TimeoutExpired):
            process.wait(1)


def has_ended(process: psutil.Process) -> bool:
    """Tell whether it ended within a moment."""
    try:
        process.wait(signals.LOOK_S)
    except psutil.TimeoutExpired:
        return False
    return True


def until_ready(
    process: psutil.Popen, ready: Callable[[], bool], log: Path, limit_s: float
) -> None:
    """Wait for a process that was just started; its last words explain why it ended or hangs."""

    def is_over() -> bool:  # dead, another may answer in its place
        return process.poll() is not None or ready()

    if not signals.sleep_until(is_over, limit_s) or process.poll() is not None:
        words = " / ".join(log.read_text(errors="replace").splitlines()[-5:])
        raise Unavailable(f"{Path(process.args[0]).name} doesn't come up, see {log}: {words}")
