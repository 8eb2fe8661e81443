"""`python -m jobbpakten_local.demo` as a newcomer types it: it stays up, ends, leaves nothing."""

import json
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

ENDED = "everything has been ended\n"
COMMAND = (sys.executable, "-m", "jobbpakten_local.demo")
CLI = Path(sys.executable).with_name("jobbpakten")


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


def run(*command: str, here: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)


def in_a_shell(said: str, words: str, here: Path) -> subprocess.CompletedProcess[str]:
    """Type a command of the operators where the demo's settings hold, as it says."""
    [settings] = re.findall(r"settings +(set -a; .*; set \+a)", said)
    return run("bash", "-c", f"{settings}; {CLI} {words}", here=here)


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
    assert in_a_shell(said, "reconcile", here).returncode == 0
    differs = json.loads(in_a_shell(said, "topics diff --replication 1 --json", here).stdout)
    assert {*map(tuple, differs.values())} == {("2 partitions instead of 6",)}
    refused = in_a_shell(said, "topics acl --apply", here)
    assert "refuses this: only its administrator may" in refused.stderr
    second = started(here)
    told, _ = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 3
    assert f"in use by process {first.pid}" in told
    assert f"it shows {report[0]}" in told

    first.send_signal(signal.SIGINT)
    rest, _ = first.communicate(timeout=PATIENCE_S)
    assert (first.returncode, rest) == (130, f"interrupted by SIGINT: {ENDED}")
    assert len(children) >= 4
    assert not [child for child in children if child.is_running()]


# Said at the beginning of each; one folder for all: what one leaves behind would stop the next.
MOMENTS = [
    (signal.SIGTERM, "PostgreSQL: embedded"),
    (signal.SIGINT, "is migrated, 1 of 4"),
    (signal.SIGHUP, "Kafka "),
    (signal.SIGTERM, "topics: making"),
    (signal.SIGINT, "membership is up"),
    (signal.SIGTERM, "are up after"),
]


def ended_by(how: signal.Signals, moment: str, here: Path, times: int = 1) -> None:
    """Start a demo, and send it a signal when it says this; nothing of it runs after."""
    demo = started(here)
    said_until(demo, moment)
    begun = psutil.Process(demo.pid).children(recursive=True)

    for _ in range(times):
        demo.send_signal(how)
    rest, _ = demo.communicate(timeout=PATIENCE_S)

    assert demo.returncode == 128 + how
    assert rest.endswith(f"interrupted by {how.name}: {ENDED}")
    assert "Traceback" not in rest
    assert not [child for child in begun if child.is_running()]
    assert not [one for one in psutil.process_iter(["cmdline"]) if names(one, here)]


def names(process: psutil.Process, folder: Path) -> bool:
    return str(folder) in " ".join(process.info["cmdline"] or ())


def test_a_signal_at_any_moment_ends_it_and_the_next_one_starts(here: Path) -> None:
    for how, moment in MOMENTS:
        ended_by(how, moment, here)

    next_one = started(here, WEEKS="1", ONCE="1")
    said, _ = next_one.communicate()
    assert next_one.returncode == 0, said


def test_whoever_is_impatient_leaves_nothing_either(here: Path) -> None:
    ended_by(signal.SIGTERM, "are up after", here, times=3)


EARLY = f"""
import os
from jobbpakten_local.parts import signals
with signals.noted():
    os.kill(os.getpid(), {int(signal.SIGTERM)})
    from jobbpakten_local.demo import run
    raise SystemExit(run.main())
"""


def test_a_signal_before_anything_was_begun_ends_it(here: Path) -> None:
    ended = run(sys.executable, "-c", EARLY, here=here)

    assert (ended.returncode, ended.stderr) == (143, f"interrupted by SIGTERM: {ENDED}")
    assert not list(here.iterdir())


@pytest.mark.parametrize("words", [("nosuch",), ("--seed", "8"), ("\udcff",)])
def test_a_word_that_it_doesnt_know_is_wrong_use(here: Path, words: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [*COMMAND, *words], cwd=here, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "unrecognized arguments" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list(here.iterdir())


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
