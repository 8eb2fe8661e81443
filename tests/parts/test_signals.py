"""A signal is heard wherever it comes, also where an error would only be logged."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts import finished, jars, one_at_a_time, signals

# Sends itself a signal where the loop calls a protocol: uvloop takes whatever is raised there, an
# interrupt too, for the connection's fault. It goes on for a year if nobody hears it.
YEAR = """
import asyncio, os, socket, sys, time, uvloop
from pathlib import Path
from jobbpakten_local.parts import processes, signals

class Hearing(asyncio.Protocol):
    def data_received(self, data):
        os.kill(os.getpid(), int(sys.argv[2]))
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            pass  # here a handler that raises would raise

async def year():
    here, there = socket.socketpair()
    await asyncio.get_running_loop().create_connection(Hearing, sock=here)
    there.send(b"a call comes")
    try:
        await asyncio.sleep(30)
    except asyncio.CancelledError:
        print("cancelled")
        raise

run = {"asyncio": asyncio.run, "uvloop": uvloop.run}[sys.argv[1]]
"""
OF_THE_DEMO = """
with signals.noted():
    try:
        run(signals.heeding(year()))
    except signals.Interrupted as came:
        sys.exit(came.code)
"""
OF_WHOEVER_OWNS_PARTS = """
with processes.owned(Path(sys.argv[3])) as ours:
    child = ours.start("sleep", "60", log=Path(sys.argv[3] + ".log"))
    run(year())
"""


def lived(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@pytest.mark.parametrize("how", signals.SIGNALS)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_signal_inside_a_callback_of_the_loop_ends_the_year(
    loop: str, how: signal.Signals
) -> None:
    ended = lived(YEAR + OF_THE_DEMO, loop, int(how))

    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + how, "cancelled\n", "")


@pytest.mark.parametrize("how", signals.SIGNALS)
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_signal_inside_a_callback_ends_whoever_owns_parts(
    loop: str, how: signal.Signals, tmp_path: Path
) -> None:
    ended = lived(YEAR + OF_WHOEVER_OWNS_PARTS, loop, int(how), tmp_path / "f")

    assert ended.stdout == "cancelled\n"
    assert ended.stderr.endswith("KeyboardInterrupt\n")
    assert (tmp_path / "f.lock").read_text() == ""


def test_a_signal_ends_what_is_awaited_in_another_thread() -> None:
    script = "import asyncio, os, signal\nfrom jobbpakten_local.parts import finished, signals\n"
    script += "with signals.noted():\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    script += "    finished(asyncio.sleep(30))\n"

    assert lived(script).stderr.endswith("signals.Interrupted: SIGTERM\n")


def test_whoever_waits_for_another_process_to_set_things_up_hears_a_signal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import os, signal\nfrom jobbpakten_local.parts import one_at_a_time, signals\n"
    script += "with signals.noted():\n    os.kill(os.getpid(), signal.SIGTERM)\n"
    script += "    with one_at_a_time('jars'): pass\n"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with one_at_a_time("jars"):
        ended = lived(script)

    assert ended.stderr.startswith(f"another process sets up {tmp_path}/jobbpakten/jars: waiting")
    assert ended.stderr.endswith("signals.Interrupted: SIGTERM\n")


def test_who_asked_to_be_spared_a_signal_is_spared_it() -> None:
    script = "import os, signal\nfrom jobbpakten_local.parts import signals\n"
    script += "signal.signal(signal.SIGHUP, signal.SIG_IGN)\nwith signals.noted():\n"
    script += "    os.kill(os.getpid(), signal.SIGHUP)\n    signals.heed()\n"

    assert lived(script).returncode == 0


def test_an_interrupted_download_leaves_nothing_that_the_next_one_takes_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for left in ("maven", "envs", "new/maven"):
        (tmp_path / left / "org").mkdir(parents=True)
        (tmp_path / left / "org/half.jar").write_text("half of it")
    monkeypatch.setattr(jars, "FETCHING", ("-c", WHOLE))
    jars.fetch(tmp_path)

    assert [path.name for path in tmp_path.rglob("*.jar")] == ["whole.jar"]


WHOLE = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1], "maven"); folder.mkdir(parents=True)
(folder / "whole.jar").write_text("whole")
"""


def test_work_that_ends_by_itself_is_answered() -> None:
    async def work() -> int:
        return 7

    assert finished(work()) == 7
