"""A data folder has one owner, and its processes end with it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts import Unavailable, postgres, processes

OWNER = """
import sys, time
from contextlib import ExitStack
from pathlib import Path
from jobbpakten_local.parts import kafka, postgres

with ExitStack() as parts:
    for name in sys.argv[2:]:
        part = {"kafka": kafka, "postgres": postgres}[name]
        parts.enter_context(part.started(Path(sys.argv[1], name)))
    print("up", flush=True)
    time.sleep(60)
"""


@contextmanager
def owner(folder: Path, *parts: str) -> Iterator[subprocess.Popen[str]]:
    """Start parts in a process of its own, as the demo does."""
    command = [sys.executable, "-c", OWNER, str(folder), *parts]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        yield process
        process.kill()


def children(process: subprocess.Popen[str]) -> list[psutil.Process]:
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def running_in(folder: Path) -> list[psutil.Process]:
    """List the processes that name the folder when they are asked what they run."""
    every = psutil.process_iter(["cmdline"])
    return [one for one in every if str(folder) in " ".join(one.info["cmdline"] or ())]


@pytest.mark.parametrize(
    ("how", "parts"),
    [
        (signal.SIGINT, ["postgres"]),
        (signal.SIGHUP, ["postgres"]),
        (signal.SIGTERM, ["postgres", "kafka"]),
    ],
)
def test_a_signal_leaves_no_process_behind(
    folder: Path, how: signal.Signals, parts: list[str]
) -> None:
    with owner(folder, *parts) as process:
        started = children(process)
        process.send_signal(how)
        process.wait(PATIENCE_S)

    assert len(started) >= len(parts)
    assert not [one for one in started if one.is_running()]


def test_an_exception_leaves_no_process_behind(folder: Path) -> None:
    def fail() -> None:
        with postgres.started(folder):
            assert running_in(folder)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert not running_in(folder)


def test_what_a_killed_owner_left_running_is_ended_by_the_next(folder: Path) -> None:
    with owner(folder, "postgres") as process:
        left = children(process)
        process.kill()
    assert all(one.is_running() for one in left)

    with postgres.started(folder / "postgres"):
        assert not [one for one in left if one.is_running()]


def test_a_second_start_says_who_owns_the_folder(folder: Path) -> None:
    with (
        processes.owned(folder),
        pytest.raises(Unavailable, match=f"in use by process {os.getpid()}: end that one first"),
    ):
        postgres.started(folder).__enter__()


def test_the_last_started_ends_first(folder: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    with processes.owned(folder) as ours:
        for name in ("first", "second"):
            ready = tmp_path / name
            stop = f'trap "echo {name} >> {said}; exit" TERM'
            script = f"{stop}; touch {ready}; while :; do sleep 0.05; done"
            process = ours.start("sh", "-c", script, log=tmp_path / "log")
            processes.until_ready(process, ready.exists, tmp_path / "log", PATIENCE_S)

    assert said.read_text().split() == ["second", "first"]


def test_a_process_that_wont_stop_is_killed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE_S", 0.2)
    log = tmp_path / "log"
    with processes.owned(folder) as ours:
        process = ours.start(
            "sh", "-c", 'trap "" TERM; echo up; while :; do sleep 9; done', log=log
        )
        processes.until_ready(process, lambda: log.read_text() == "up\n", log, PATIENCE_S)

    assert not process.is_running()


def test_a_process_that_doesnt_come_up_has_its_last_words_told(
    folder: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with processes.owned(folder) as ours:
        process = ours.start("sh", "-c", "echo the port is taken; exit 1", log=log)
        with pytest.raises(Unavailable, match=r"sh doesn't come up, .*: the port is taken"):
            processes.until_ready(process, lambda: False, log, 5)


def test_a_ctrl_c_while_a_process_is_born_waits_until_we_know_of_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    born: list[psutil.Popen] = []
    popen = psutil.Popen

    def interrupted(*command: object, **more: object) -> psutil.Popen:
        born.append(popen(*command, **more))
        signal.raise_signal(signal.SIGINT)
        return born[0]

    monkeypatch.setattr(psutil, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt), processes.owned(folder) as ours:
        ours.start("sleep", "60", log=Path(f"{folder}.log"))

    assert len(born) == 1
    assert not born[0].is_running()
