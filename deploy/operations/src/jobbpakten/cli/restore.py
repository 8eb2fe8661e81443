"""`jobbpakten restore`: a service whose database was restored, brought to terms with the others."""

import asyncio
from typing import Annotated, Any

import typer
from sqlalchemy import text

from jobbpakten.cli.databases import reaching, transaction
from jobbpakten.cli.environment import (
    Service,
    ToDatabase,
    installed,
    services,
    settings_of,
    settings_within,
)
from jobbpakten.cli.exit_codes import CODES, Away, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_line, print_table, say, shown
from jobbpakten.cli.topics import cluster
from shared.edges.kafka import arguments
from shared.edges.kafka_causes import cause
from shared.messaging.kafka import heard_by, told_by
from shared.restoring import KAFKA_AWAY, NotNow, Restored, restore

HEARD = text("SELECT topic, key, version FROM inbox WHERE version > 0 AND topic = ANY(:topics)")
COLUMNS = ("topic", "key", "here", "outside", "became")

app = typer.Typer()
Plan = Annotated[bool, typer.Option("--plan", help="Only say what would be done.")]


@app.command("restore", epilog=f"{CODES} 1 here: something was lost that a person has to look at.")
def restore_service(service: Service, *, plan: Plan = False, as_json: AsJson = False) -> None:
    """Bring a service whose database was restored to terms with the others; it must be stopped.

    Draws a new epoch, lifts its streams above all that anybody has heard, tells anew what differs,
    and lets it hear again whatever the topics hold. Safe to repeat, also after it was interrupted.
    Reads the inboxes of all services whose databases are set. Needs the service's settings and its
    code: where it isn't installed, run `python -m shared <service> restore` in its image.
    """
    installed(service, "restore")
    floors = asyncio.run(heard_by_others(service))
    settings = settings_within(service)
    kafka = cluster(service)  # the operator's way: no service may read what it tells itself
    try:
        with reaching(service):
            to_topics = arguments(kafka)
            work = restore(settings, to_topics, heard_by(service), floors, say, plan=plan)
            found = asyncio.run(work)
    except NotNow as refused:
        raise WrongUse(str(refused)) from None
    except KAFKA_AWAY as error:
        at = kafka.kafka_servers
        said = asyncio.run(cause(kafka, error))
        raise Away(said or f"Kafka at {at} can't be read ({type(error).__name__}).") from None
    if as_json:
        print_json(found.view())
    else:
        print_restored(found)
    raise typer.Exit(Code.FOUND if found.waits_for_somebody else Code.GOOD)


async def heard_by_others(service: str) -> dict[tuple[str, str], int]:
    """Give the highest numbers that listeners within reach have heard of a service's streams."""
    tells = sorted(told_by(service))
    floors: dict[tuple[str, str], int] = {}
    for listener in services():
        if listener == service:
            continue
        if not settings_of(listener, ToDatabase).database_url:
            say(f"{listener}: its database isn't named here: what it heard isn't looked at")
            continue
        async with transaction(listener) as tx:
            rows = await (await tx.connection()).execute(HEARD, {"topics": tells})
            for topic, key, version in rows:
                floors[topic, key] = max(version, floors.get((topic, key), 0))
    return floors


def print_restored(found: Restored) -> None:
    """Print the streams that differ, with what was lost of each, and what is missing."""
    differing: list[Any] = [*found.differences, *found.missing]
    rows = [[shown(str(getattr(one, name))) for name in COLUMNS] for one in differing]
    print_table(*COLUMNS, rows=rows)
    for one in differing:
        for lost in one.lost:
            print_line(f"{shown(one.key)} lost: {shown(lost)}")
    if found.epoch:
        print_line(f"{found.service} is in epoch {found.epoch}. Start it.")
