"""`jobbpakten reconcile`: everything that was told should have been heard."""

import asyncio
from typing import Annotated, Any

import typer

from jobbpakten.cli.databases import away
from jobbpakten.cli.environment import database, hears, services
from jobbpakten.cli.exit_codes import CODES, Code
from jobbpakten.cli.outputs import AsJson, print_json, print_line, print_table, say, shown
from jobbpakten.reconciliation import (
    FORKED,
    Hearing,
    NeverQuiet,
    OutOfReach,
    Standing,
    Stream,
    standing,
    until_quiet,
)
from shared.edges.postgres import Door

NAMED = 10

app = typer.Typer()
Wait = Annotated[float, typer.Option(min=0, help="Seconds to wait for what is under way.")]


@app.command(epilog=f"{CODES} 1 here: something differs, waits in an outbox, or is parked.")
def reconcile(wait: Wait = 0, *, as_json: AsJson = False) -> None:
    """Compare what services told with what their listeners heard, stream by stream.

    Under load something is always under way: give it time with --wait. Apart stand streams of
    which nothing was heard and that are older than their topic remembers. Forked are those of
    which more was heard than told, or another event under the same number: the teller's database
    was restored (`jobbpakten restore`), or somebody else told.
    """
    if wait:
        say(f"waiting {wait:g} s at most, until everything told has been heard")
    found = asyncio.run(looked_at({name: database(name) for name in services()}, wait))
    if as_json:
        print_json(view(found))
    else:
        print_standing(found)
    raise typer.Exit(Code.FOUND if found.differs else Code.GOOD)


async def looked_at(urls: dict[str, Door], wait: float) -> Standing:
    try:
        return await (until_quiet(urls, hears(), wait) if wait else standing(urls, hears()))
    except NeverQuiet as error:
        return error.standing
    except OutOfReach as error:
        raise away(error.service, error.cause) from None


def view(found: Standing) -> dict[str, Any]:
    return {
        "differs": found.differs,
        "quiet": found.quiet,
        "topics": [hearing_view(hearing) for hearing in found.hearings],
        "outbox": found.outbox,
        "parked": found.parked,
    }


def hearing_view(found: Hearing) -> dict[str, Any]:
    return {
        "topic": found.topic,
        "listener": found.listener,
        "told": found.told,
        "heard": found.heard,
        "differing": len(found.differing),
        "apart": len(found.apart),
        "forked": sum(stream.note == FORKED for stream in found.differing),
        "first": [stream_view(stream) for stream in found.differing[:NAMED]],
    }


def stream_view(stream: Stream) -> dict[str, Any]:
    numbers = {"told": stream.told, "heard": stream.heard}
    return {"key": shown(stream.key), **numbers, "note": stream.note}


def print_standing(found: Standing) -> None:
    """Print who told and heard how much, then the first streams that differ."""
    rows = [hearing_view(hearing) for hearing in found.hearings]
    columns = ("topic", "listener", "told", "heard", "differing", "apart", "forked")
    print_table(*columns, rows=[[row[name] for name in columns] for row in rows])
    for row in rows:
        for stream in row["first"]:
            print_line(f"{row['topic']} {row['listener']}: {Stream(**stream)}")
    for service, count in found.outbox.items():
        if count:
            print_line(f"{count} waiting in the outbox of {service}")
    for service, count in found.parked.items():
        if count:
            print_line(f"{count} parked: jobbpakten parked list --service {service}")
    print_line("Something differs." if found.differs else "Everything told has been heard.")
