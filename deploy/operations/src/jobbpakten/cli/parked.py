"""`jobbpakten parked`: records that wait for a person, and what she decides about them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy import Row, text
from sqlmodel.ext.asyncio.session import AsyncSession

from jobbpakten.cli.databases import transaction
from jobbpakten.cli.environment import AnyService, Service, databases
from jobbpakten.cli.exit_codes import CODES, Code, WrongUse
from jobbpakten.cli.outputs import (
    AsJson,
    print_json,
    print_line,
    print_result,
    print_table,
    shown,
    shown_bytes,
)
from shared.machines import NotFound
from shared.messaging.inbox import parking, restored
from shared.messaging.inbox.records import load_headers
from shared.messaging.kafka import TOPICS
from shared.people.identity_numbers import may_name_somebody
from shared.people.tidying import tidy_lines

LARGEST_ID = 2**63 - 1
ALL = text("""
    SELECT id, topic, partition, "offset", key, version, reason, detail, epoch, parked_at,
        retry_at
    FROM parked ORDER BY topic, key, version, id LIMIT 10000""")
COLUMNS = ("service", "id", "topic", "key", "version", "reason", "epoch", "parked_at")

Result = TypeVar("Result")
app = typer.Typer(no_args_is_help=True, help="Records that wait for a person.")


def said(words: str) -> str:
    """Take what a person writes down for good, if it names nobody by number."""
    tidied = tidy_lines(words)
    if not tidied:
        raise typer.BadParameter("Write something: it is kept with the decision.")
    if may_name_somebody(words):
        raise typer.BadParameter("It holds an identity number, and it is kept for good.")
    return tidied


Parked = Annotated[
    int, typer.Argument(min=1, max=LARGEST_ID, metavar="ID", help="As `parked list` names it.")
]
Actor = Annotated[
    str, typer.Option(callback=said, help="Who you are, as operations know you; nothing checks it.")
]
Reason = Annotated[str, typer.Option(callback=said, help="Why; it is kept for good.")]


@app.command("list", epilog=f"{CODES} 1 here: something is parked.")
def list_parked(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """List what is parked, by stream, at most 10,000 records a service."""
    found = asyncio.run(listed(databases(service)))
    if as_json:
        print_json(found)
    elif found:
        print_table(*COLUMNS, rows=[[one[name] for name in COLUMNS] for one in found])
    else:
        print_line("Nothing is parked.")
    raise typer.Exit(Code.FOUND if found else Code.GOOD)


@app.command(epilog=CODES)
def show(parked: Parked, service: Service, *, as_json: AsJson = False) -> None:
    """Show a parked record with its headers and its payload, identity numbers masked."""
    found = asyncio.run(on(service, parked, lambda tx: parking.parked_row(tx, parked)))
    whole = summary(service, found) | {
        "headers": [
            [shown(name), shown_bytes(value)] for name, value in load_headers(found.headers)
        ],
        "payload": shown_bytes(found.payload),
    }
    if as_json:
        print_json(whole)
        return
    headers = [(f"  {name}", value) for name, value in whole.pop("headers")]
    payload = whole.pop("payload")
    print_table("field", "value", rows=[*whole.items(), ("headers", ""), *headers])
    print_line("no payload" if payload is None else payload)


@app.command(epilog=CODES)
def retry(parked: Parked, service: Service, *, as_json: AsJson = False) -> None:
    """Ask the service to try a record again, and those behind it."""
    asyncio.run(on(service, parked, lambda tx: parking.retry(tx, parked)))
    done = f"{service} tries record {parked} again within two seconds."
    print_result({"service": service, "act": "retry", "id": parked}, done, as_json=as_json)


@app.command(epilog=CODES)
def skip(
    parked: Parked, service: Service, actor: Actor, reason: Reason, *, as_json: AsJson = False
) -> None:
    """Pass over a record for good, and let those behind it in."""
    asyncio.run(on(service, parked, lambda tx: parking.skip(tx, parked, actor, reason)))
    done = f"{service} passes over record {parked}."
    print_result({"service": service, "act": "skip", "id": parked}, done, as_json=as_json)


@app.command("accept-gap", epilog=CODES)
def accept_gap(
    topic: Annotated[str, typer.Argument(help="Without the prefix of your Kafka.")],
    key: Annotated[str, typer.Argument(help="The aggregate whose numbers are missing.")],
    service: Service,
    actor: Actor,
    reason: Reason,
    *,
    as_json: AsJson = False,
) -> None:
    """Accept that numbers of a stream are lost for good: go on with its first parked record."""
    if topic not in TOPICS:
        raise WrongUse(f"There is no topic of that name: take one of {', '.join(TOPICS)}.")
    first = asyncio.run(accepted(service, topic, key, actor, reason))
    found = {"service": service, "act": "accept_gap", "topic": topic, "key": key}
    done = f"{service} goes on with number {first} of {shown(key)} on {topic}."
    print_result(found | {"goes_on_with": first}, done, as_json=as_json)


@app.command("accept-epoch", epilog=f"{CODES} 1 here: some streams wait for their restore.")
def accept_epoch(
    epoch: Annotated[str, typer.Argument(metavar="EPOCH", help="As `parked list` names it.")],
    service: Service,
    actor: Actor,
    reason: Reason,
    *,
    as_json: AsJson = False,
) -> None:
    """Pass over all that a restored teller told under old numbers, once it has told anew.

    In all streams of that epoch at once; `jobbpakten restore` of the teller comes first.
    """
    done, left = asyncio.run(accepted_epoch(service, epoch, actor, reason))
    found: dict[str, Any] = {"service": service, "act": "accept_epoch", "epoch": epoch}
    found |= {"streams": done, "left": left}
    said = f"{service} goes on with {done} streams; {left} wait for a restore of their teller."
    print_result(found, said, as_json=as_json)
    raise typer.Exit(Code.FOUND if left else Code.GOOD)


async def listed(services: Iterable[str]) -> list[dict[str, Any]]:
    found = []
    for service in services:
        async with transaction(service) as tx:
            rows = await (await tx.connection()).execute(ALL)
            found += [summary(service, row) for row in rows]
    return found


async def on(service: str, parked: int, act: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Do something about a parked record in a transaction of its service."""
    try:
        async with transaction(service) as tx:
            return await act(tx)
    except NotFound:
        fix = f"see `jobbpakten parked list --service {service}`"
        raise WrongUse(f"No record {parked} is parked in {service}: {fix}.") from None


async def accepted(service: str, topic: str, key: str, actor: str, reason: str) -> int:
    async with transaction(service) as tx:
        return await parking.accept_gap(tx, topic, key, actor, reason)


async def accepted_epoch(service: str, epoch: str, actor: str, reason: str) -> tuple[int, int]:
    async with transaction(service) as tx:
        done, left = await restored.accept_epoch(tx, epoch, actor, reason)
    if not done and not left:
        fix = f"see `jobbpakten parked list --service {service}`"
        raise WrongUse(f"Nothing of that epoch is parked in {service}: {fix}.")
    return len(done), len(left)


def summary(service: str, row: Row[Any]) -> dict[str, Any]:
    """Say what a record is and why it waits."""
    return {
        "service": service,
        "id": row.id,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "key": None if row.key is None else shown(row.key),
        "version": row.version,
        "reason": row.reason,
        "detail": shown(row.detail),
        "epoch": shown(row.epoch or ""),
        "parked_at": row.parked_at.isoformat(timespec="seconds"),
        "retry_at": row.retry_at and row.retry_at.isoformat(timespec="seconds"),
    }
