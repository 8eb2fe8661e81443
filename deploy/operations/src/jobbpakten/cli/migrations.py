"""`jobbpakten migrate`: the schemas brought to the heads of this release."""

import asyncio
from typing import Any

import typer
from sqlalchemy import text

from jobbpakten.cli.databases import reaching, transaction
from jobbpakten.cli.environment import (
    AnyService,
    databases,
    installed,
    refuse_one_key_for_two_services,
)
from jobbpakten.cli.exit_codes import CODES
from jobbpakten.cli.outputs import AsJson, print_json, print_table, say
from shared.edges.postgres import Door
from shared.migrations import migrate as upgrade

app = typer.Typer()


@app.command(epilog=CODES)
def migrate(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """Bring the databases' schemas to this release; safe to repeat.

    Nothing is done where one secret key stands in the settings of two services. Needs the code of
    each: where one isn't installed, run `python -m shared <service> migrate` in its image.
    """
    refuse_one_key_for_two_services()
    found = [migrated(name, door) for name, door in databases(service).items()]
    if as_json:
        print_json(found)
    else:
        print_table("service", "from", "to", rows=[one.values() for one in found])


def migrated(service: str, door: Door) -> dict[str, Any]:
    installed(service, "migrate")
    before = asyncio.run(revision(service))
    with reaching(service):
        upgrade(service, door, say)
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
