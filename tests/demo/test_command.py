"""`python -m jobbpakten_local.demo` as a newcomer types it: it stays up, ends, leaves nothing."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.demo import folders
from jobbpakten_local.demo.options import Options, Unclear

COMMAND = (sys.executable, "-m", "jobbpakten_local.demo")


@pytest.fixture
def here(run_folder: Path) -> Path:
    """Give a folder of its own, with a short path."""
    folder = run_folder / uuid4().hex[:4]
    folder.mkdir()
    return folder


def started(here: Path, **options: str) -> subprocess.Popen[str]:
    given = {"POSTGRES_URL", "KAFKA_SERVERS", "PARTS", "ONCE", "SEED", "WEEKS"}
    environment = {name: value for name, value in os.environ.items() if name not in given}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(COMMAND, cwd=here, env=environment | options, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def said_until(demo: subprocess.Popen[str], words: str) -> str:
    """Read what it says up to the line with these words."""
    said = ""
    while words not in said:
        line = demo.stdout.readline() if demo.stdout else ""
        assert line, said
        said += line
    return said


def test_it_stays_up_for_one_at_a_time_and_ctrl_c_leaves_nothing(here: Path) -> None:
    first = started(here, WEEKS="1")
    said = said_until(first, "Ctrl-C ends it")
    children = psutil.Process(first.pid).children(recursive=True)
    report = re.search(r"http://\S+/report.html", said)

    assert report, said
    assert httpx.get(report[0]).is_success
    second = started(here)
    told, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 3
    assert f"in use by process {first.pid}" in told
    assert f"it shows {report[0]}" in told

    first.send_signal(signal.SIGINT)
    rest, _ = first.communicate(timeout=PATIENCE_S)
    assert (first.returncode, rest) == (0, "")
    assert len(children) >= 4
    assert not [child for child in children if child.is_running()]


def test_sigterm_in_the_middle_leaves_nothing(here: Path) -> None:
    demo = started(here)
    said_until(demo, "are up after")
    children = psutil.Process(demo.pid).children(recursive=True)

    demo.send_signal(signal.SIGTERM)
    rest, _ = demo.communicate(timeout=PATIENCE_S)

    assert demo.returncode == 130
    assert rest.endswith("interrupted: everything has been ended\n")
    assert "Traceback" not in rest
    assert not [child for child in children if child.is_running()]


@pytest.mark.parametrize(
    ("name", "value"), [("SEED", "seven"), ("WEEKS", "0"), ("WEEKS", "53"), ("WEEKS", "a")]
)
def test_a_wish_that_cant_be_granted_is_told_in_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Unclear, match=rf"^{name}={value} .*: (correct it|take 1 to 52), or"):
        Options.from_environment()


def test_the_folder_is_near_unless_its_path_is_too_long_for_a_socket() -> None:
    assert folders.place(Path("/home/a/jobbpakten")) == Path("/home/a/jobbpakten/.jobbpakten/demo")
    assert len(str(folders.place(Path("/" + "a" * 90)))) < 90
