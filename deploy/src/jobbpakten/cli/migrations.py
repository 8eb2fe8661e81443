"""`jobbpakten migrate`: the schemas brought to the heads of this release."""

import asyncio
from typing import Any

import typer
from sqlalchemy import text

from jobbpakten.cli.addresses import AnyService, databases
from jobbpakten.cli.databases import reaching, transaction
from jobbpakten.cli.outputs import AsJson, print_json, print_table
from jobbpakten.cli.troubles import CODES
from shared.migrations import migrate as upgrade

app = typer.Typer()


@app.command(epilog=CODES)
def migrate(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """Bring the databases' schemas to this release; safe to repeat."""
    found = [migrated(name, url) for name, url in databases(service).items()]
    if as_json:
        print_json(found)
    else:
        print_table("service", "from", "to", rows=[one.values() for one in found])


def migrated(service: str, url: str) -> dict[str, Any]:
    before = asyncio.run(revision(service))
    with reaching(service):
        upgrade(service, url)
    return {"service": service, "from": before, "to": asyncio.run(revision(service))}


async def revision(service: str) -> str | None:
    """Give the last migration that ran; None in an empty database."""
    async with transaction(service) as tx:
        connection = await tx.connection()
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return None
        version: str | None = await connection.scalar(
            text("SELECT version_num FROM alembic_version")
        )
        return version
