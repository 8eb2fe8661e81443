"""What the bench says: a table for a person, the same for the docs, and which machine it was."""

import os
import platform
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from tests.bench.rounds import ROUNDS, Line

from jobbpakten_local.parts.jars import KAFKA_VERSION

DOCUMENT = Path(__file__).parents[2] / "docs/performance.md"
BLOCK = re.compile(r"(<!-- measured -->\n).*(<!-- end -->)", re.DOTALL)
HEAD = ("", "unit", "ours", "floor", "", "ratio", "wanted", "")
PACKAGES = ("aiokafka", "asyncpg", "faststream", "numpy", "pydantic", "uvloop")
WIDTH = 110

Parts = Mapping[str, Sequence[Line]]


def shown(lines: Parts) -> Table:
    table = Table(*HEAD, box=SIMPLE_HEAD)
    for column in table.columns[2:]:
        column.justify = "right"
    table.columns[4].justify = "left"
    for part, found in lines.items():
        table.add_section()
        table.add_row(f"[bold]{part}")
        for line in found:
            table.add_row(*cells(line))
    return table


def cells(line: Line) -> tuple[str, ...]:
    mark = {True: "✓", False: "✗", None: ""}[line.holds]
    ratio = "" if line.ratio is None else f"{line.ratio:.2f}"
    theirs = "" if line.theirs is None else figure(line.theirs)
    return (line.what, line.unit, figure(line.ours), theirs, line.floor, ratio, line.wanted, mark)


def figure(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def printed(lines: Parts) -> None:
    found = Console(highlight=False)
    console = found if found.is_terminal else Console(highlight=False, width=WIDTH)
    console.print(shown(lines))
    console.print(f"  {machine()}")


def written(lines: Parts) -> None:
    """Put the table into the document, between its two marks."""
    rows: list[tuple[str, ...]] = [HEAD, ("---", "---", "--:", "--:", "---", "--:", "--:", "---")]
    for part, found in lines.items():
        rows += [(f"**{part}**", *[""] * 7), *(cells(line) for line in found)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    block = f"\n{table}\n\nMedians of {ROUNDS} rounds. {machine()}\n\n"
    DOCUMENT.write_text(BLOCK.sub(rf"\g<1>{block}\g<2>", DOCUMENT.read_text()))


def machine() -> str:
    """Say what it ran on, and on which versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[2]
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory:.0f} GB, {platform.system()}; "
        f"Python {platform.python_version()}, PostgreSQL 18, Kafka {KAFKA_VERSION}, {packages}; "
        f"load of the last 15 minutes {load:.1f}."
    )


def processor() -> str:
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else []
    return names[0] if names else platform.machine()
