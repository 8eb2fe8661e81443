"""What the demo prints at its end: a table that a person likes to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from jobbpakten.demo.results import Result

WIDTH_WITHOUT_TERMINAL = 100
SECTORS = ("business", "civil_society", "public")
STATES = ("applied", "in_vetting", "approved", "member", "rejected", "withdrawn", "lapsed")
UNITS = ("promised", "kept", "open", "remaining", "lapsed", "released", "extra")
EQUATION = """\
  promised = kept + open + remaining + lapsed + released; extra ones come on top.
  Places come with matching: until then only study visits and lectures can be kept."""
MEGABYTE = 1024 * 1024


def console() -> Console:
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=WIDTH_WITHOUT_TERMINAL)


def year(found: Result, seed: int) -> Iterator[RenderableType]:
    """Show what happened: the same for the same seed, whatever machine it ran on."""
    yield heading(f"The network jobbpakten on {found.day}, SEED={seed}")
    yield members(found)
    yield commitments(found.report)
    yield Text(EQUATION)
    yield events(found)
    yield heading("Worth a look")
    yield from (Text(f"  {remark}") for remark in found.remarks)


def heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def members(found: Result) -> Table:
    table = ruled("Members", *map(plain, SECTORS), "all")
    for state in STATES:
        counts = [found.members.get((state, sector), 0) for sector in SECTORS]
        if any(counts):
            add(table, plain(state), *counts, sum(counts))
    everybody = [sum(n for (_, of), n in found.members.items() if of == one) for one in SECTORS]
    table.add_section()
    add(table, "all that applied", *everybody, sum(everybody))
    return table


def commitments(report: Mapping[str, Any]) -> Table:
    table = ruled("Commitments, in units", *UNITS)
    for group in report["by_offer"]:
        add(table, plain(group["code"]), *units(group["figures"]))
    table.add_section()
    add(table, "all", *units(report["total"]))
    return table


def units(figures: Mapping[str, int]) -> Sequence[int]:
    return [figures[unit] for unit in UNITS]


def events(found: Result) -> Table:
    table = ruled("Events", "told", "heard", "", "parked")
    for one in found.standing.hearings:
        equal = "≠" if one.differing or one.apart else "="
        parked = found.standing.parked.get(one.listener, 0)
        add(table, f"{one.topic} → {one.listener}", one.told, one.heard, equal, parked)
    return table


def machine(memory: Mapping[str, int], started_s: float, year_s: float) -> Iterator[RenderableType]:
    """Show what differs from run to run: memory and time."""
    table = ruled("Services", "memory")
    for service, rss in memory.items():
        add(table, service, f"{rss / MEGABYTE:.0f} MB")
    yield table
    yield Text(f"  started in {started_s:.1f} s, the year took {year_s:.1f} s")


def places(urls: Mapping[str, str], settings: str) -> Iterator[RenderableType]:
    """Say where one can go on looking."""
    yield heading("Where to look")
    yield Text(f"  report      {urls['followup']}/networks/jobbpakten/report.html")
    yield from (Text(f"  API         {url}/docs  ({name})") for name, url in urls.items())
    yield Text(f"  settings    set -a; . {settings}; set +a", overflow="fold")
    yield Text("  a token     .venv/bin/jobbpakten token --service membership \\")
    yield Text("                --role coordinator --actor coordinator-karin \\")
    yield Text("                --network jobbpakten")
    yield Text("  the events  .venv/bin/jobbpakten reconcile")


def plain(code: str) -> str:
    return code.replace("_", " ")


def ruled(title: str, *columns: str) -> Table:
    table = Table(title, box=SIMPLE_HEAD, pad_edge=True)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def add(table: Table, *cells: object) -> None:
    table.add_row(*map(str, cells))


def show(parts: Iterable[RenderableType], on: Console) -> None:
    for part in parts:
        on.print(part)
