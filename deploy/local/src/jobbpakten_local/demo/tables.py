"""What the demo prints at its end: a table that a person likes to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from jobbpakten_local.demo.results import Result

WIDTH_WITHOUT_TERMINAL = 100
SECTORS = ("business", "civil_society", "public")
LIFE = "applied in_vetting approved member suspended rejected withdrawn lapsed"
BANK = {
    "candidates": "investigating visible hidden parked in_match placed own_livelihood closed",
    "places": "under_review open full paused closed",
    "placements": "planned ready running completed partly_completed no_show interrupted",
}
UNITS = ("promised", "kept", "open", "remaining", "lapsed", "released", "extra")
EQUATION = """\
  promised = kept + open + remaining + lapsed + released; extra ones come on top."""
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
    yield from (states(name, found.bank[name]) for name in BANK)
    yield Text(told_of(found))
    yield mails(found)
    yield events(found)
    yield heading("Worth a look")
    yield from (Text(f"  {remark}") for remark in found.remarks)


def heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def members(found: Result) -> Table:
    table = ruled("Members", *map(plain, SECTORS), "all")
    for state in LIFE.split():
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


def states(name: str, counts: Mapping[str, int]) -> Table:
    """Show how many there are in each state that there are any in."""
    there = [state for state in BANK[name].split() if counts.get(state)]
    table = ruled(name.capitalize(), *map(plain, there), "all")
    add(table, "", *(counts[state] for state in there), sum(counts.values()))
    return table


def told_of(found: Result) -> str:
    """Say what followup tells the world of people: nothing where they are fewer than five."""
    persons = found.report["persons"]
    said = (f"{what}: {shown(persons[what])}" for what in ("started", "completed"))
    return f"  people with a placement that was {' · '.join(said)}"


def shown(cell: Mapping[str, Any]) -> str:
    return "not shown" if cell["masked"] else str(cell["count"])


def mails(found: Result) -> Table:
    """Show the mails that the server took by what they are, and where the notices stand."""
    table = ruled("Mails", "taken")
    for kind in sorted(found.mails):
        add(table, kind, found.mails[kind])
    table.add_section()
    add(table, "all", sum(found.mails.values()))
    for state in sorted(found.notices):
        add(table, f"notices {plain(state)}", found.notices[state])
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


def places(
    urls: Mapping[str, str], probes: Mapping[str, str], settings: str, mails: str, task: str
) -> Iterator[RenderableType]:
    """Say where one can go on looking; `mails` and `task` are empty where there are none.

    Lines stay whole however narrow the terminal is: they are there to be copied.
    """
    yield heading("Where to look")
    yield Text(f"  report      {urls['followup']}/networks/jobbpakten/report.html")
    yield from (Text(f"  API         {url}/docs  ({name})") for name, url in urls.items())
    if mails:
        yield Text(f"  mails       {mails}")
    if task:
        yield Text(f"  a task      {task}")
    yield from (Text(f"  figures     {url}/metrics  ({name})") for name, url in probes.items())
    yield Text("  the clock   stands still: beside the figures PUT /clock and POST /clock/due move")
    yield Text("                it, role system; notifications' mails go out with its")
    yield Text(f"                POST {probes['notifications']}/clock/due")
    yield Text(f"  settings    set -a; . {settings}; set +a")
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
        # rich: a text's own no_wrap is lost on its way to the console.
        on.print(part, crop=False, soft_wrap=isinstance(part, Text))
