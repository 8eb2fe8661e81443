"""Dumps of databases by PostgreSQL's own programs, and what all services say is so."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from tests.cli.commands import Ended, jobbpakten
from tests.faults.stage import Stage

from jobbpakten_local.demo.environments import of_operator
from jobbpakten_local.parts.postgres import PROGRAMS

STATE = {
    "membership": """
        SELECT id::text AS key, state || coalesce(' ' || ground, '') AS says FROM memberships
        UNION ALL SELECT id::text, state || ' ' || promised FROM commitments
        UNION ALL SELECT id::text, role FROM contacts""",
    "matching": """
        SELECT id::text AS key, 'visible ' || visible AS says FROM candidates
        UNION ALL SELECT id::text, state FROM places
        UNION ALL SELECT id::text, state FROM matches
        UNION ALL SELECT membership_id::text, 'suspended ' || (suspended_on IS NOT NULL)
            FROM members
        UNION ALL SELECT commitment_id::text, 'promised ' || promised FROM promises""",
    "notifications": """
        SELECT id::text AS key, role AS says FROM recipients
        UNION ALL SELECT id::text, 'visible ' || (
            coalesce((heard #>> ARRAY['visibility.computed.v1=True', id::text, '0'])::bigint, 0) >
            coalesce((heard #>> ARRAY['visibility.computed.v1=False', id::text, '0'])::bigint, 0))
        FROM subjects WHERE kind = 'candidate'""",
    "followup": """
        SELECT id::text AS key, concat_ws(' ', promised, remaining, open, kept) AS says
        FROM commitments""",
}


def run(program: str, url: str, *words: str | Path) -> None:
    """Run one of PostgreSQL's programs on a database, as an operator does."""
    address = make_url(url)
    host = address.host or address.query.get("host", "")
    port = address.port or address.query.get("port", "5432")
    where = ("-h", str(host), "-p", str(port), "-U", address.username or "", "-d", address.database)
    done = subprocess.run(
        [PROGRAMS / program, *map(str, where), *map(str, words)],
        env=os.environ | {"PGPASSWORD": address.password or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def dumped(stage: Stage, service: str) -> Path:
    """Dump a service's database while it runs; a later dump has another name."""
    number = len([*stage.ours.folder.glob(f"{service}-*.dump")])
    file = stage.ours.folder / f"{service}-{number}.dump"
    run("pg_dump", stage.databases[service], "--format=custom", f"--file={file}")
    return file


def put_back(stage: Stage, service: str, file: Path) -> None:
    """Stop a service, and put a dump in the place of its database."""
    for replica in stage.of(service):
        replica.stop()
    stage.world.postgres.drop_database(stage.database(service))
    url = stage.world.postgres.create_database(stage.database(service))
    run("pg_restore", url, "--no-owner", "--exit-on-error", file)


def settings(stage: Stage) -> Mapping[str, str]:
    """Give the settings of all services, as an operator's shell has them."""
    every: dict[str, str] = {}
    for service in stage.services:
        every |= stage.settings(service)
    return every | of_operator(stage.world.kafka.access, stage.prefix.removesuffix("."))


def restored(stage: Stage, service: str, *words: str) -> Ended:
    """Run the command on a stopped service."""
    return jobbpakten("restore", "--service", service, "--json", *words, env=settings(stage))


async def state(stage: Stage) -> dict[tuple[str, str], str]:
    """Give what each service says of everything, by service and id."""
    return {
        (service, row["key"]): row["says"]
        for service, query in STATE.items()
        for row in await stage.rows(service, query)
    }


def differing(one: Mapping[Any, str], other: Mapping[Any, str]) -> dict[Any, tuple[Any, Any]]:
    return {
        key: (one.get(key), other.get(key))
        for key in one.keys() | other.keys()
        if one.get(key) != other.get(key)
    }
