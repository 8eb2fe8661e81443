"""Start one service: `python -m shared membership --port 8001`; or do what needs its code.

For an image with this service alone, `migrate`, `reseal`, `restore`, `networks` and `schema` do
what `jobbpakten migrate`, `reseal`, `restore`, `networks check` and `networks schema` do.
"""

import argparse
import asyncio
import gc
import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import uvicorn

from shared import restoring
from shared.arguments import odd
from shared.database import place_of
from shared.http.connections import SERVER
from shared.logs import describe
from shared.messaging.kafka import EVERYBODY, TOPICS
from shared.networks import NetworkAmiss, kind_of, load, shipped
from shared.networks.profiles import NetworkProfile
from shared.people import resealing
from shared.people.canaries import WrongKey
from shared.restoring import NotNow


def main() -> None:
    """Serve until SIGTERM; what the service needs stands in its settings."""
    words = argparse.ArgumentParser("python -m shared", description=__doc__)
    words.add_argument("service", choices=SERVICES, metavar="service", help=" or ".join(SERVICES))
    words.add_argument(
        "command", nargs="?", default="serve", choices=["serve", *COMMANDS, *OF_NETWORKS]
    )
    words.add_argument("folder", nargs="?", type=Path, help="networks: a folder of them")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=port, default=8000)
    if fault := odd(sys.argv):
        words.error(fault)
    chosen = words.parse_args()
    if find_spec(chosen.service) is None:
        words.error(f"{chosen.service} isn't installed here: run this in its image")
    service = importlib.import_module(f"{chosen.service}.main")
    if command := COMMANDS.get(chosen.command):
        sys.exit(carried_out(command, service))
    if chosen.command in OF_NETWORKS:
        sys.exit(OF_NETWORKS[chosen.command](kind_of(chosen.service), chosen.folder or shipped()))
    serve(service, chosen.host, chosen.port)


def port(text: str) -> int:
    """Read a port; 0 takes any that is free."""
    if text.isdecimal() and int(text) in range(65_536):
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")


def serve(service: Any, host: str, port: int) -> None:
    """Serve until SIGTERM; end with 2 where the settings or the networks are amiss."""
    try:
        app = service.create_app()
    except (NetworkAmiss, SystemExit) as amiss:
        sys.stderr.write(f"{amiss}\n")
        sys.exit(2)
    gc.freeze()  # what was imported stays: the collector needn't look at it again
    # Records that wait to be settled are no reason to look for rings.
    gc.set_threshold(max(20_000, app.state.hears.objects), 20, 20)
    uvicorn.run(app, host=host, port=port, **SERVER)


def carried_out(command: Callable[[Any], int], service: Any) -> int:
    """Carry out a command on a service's database, and end as `jobbpakten` does."""
    try:
        return command(service)
    except (WrongKey, NotNow, SystemExit) as amiss:
        sys.stderr.write(f"{amiss}\n")
        return 2
    except Exception as error:  # noqa: BLE001 - of what lies there each row fails by itself
        at = place_of(service.Settings.from_environment().direct_url)
        sys.stderr.write(f"The database at {at} is away, or isn't migrated: {describe(error)}\n")
        return 3


def said(line: str) -> None:
    """Say how far it is, beside what programs read."""
    sys.stderr.write(f"{line}\n")


def brought_to_head(service: Any) -> int:
    """Bring the service's schema to this release: safe to repeat, and by several at once."""
    from shared.migrations import migrate  # noqa: PLC0415 - no service that runs needs Alembic

    settings = service.Settings.from_environment()
    migrate(settings.service, settings.direct_url, said)
    return 0


def reseal(service: Any) -> int:
    """Seal anew what lies sealed; print what became of it, and give 1 where something is left."""
    found: list[resealing.Resealed] = []
    if resealing.seals_anything(service.Settings.service):
        settings = service.Settings.from_environment()
        found = asyncio.run(resealing.reseal(settings, said))
    sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    return int(any(one.left for one in found))


def restore(service: Any) -> int:
    """Bring a restored service to terms with its topics; print what differs, and give 1 if it does.

    What others have heard beyond the topics isn't within reach of its image.
    """
    settings = service.Settings.from_environment()
    hears = {name for name, topic in TOPICS.items() if settings.service in topic.read_by}
    found = asyncio.run(restoring.restore(settings, hears, {}, said))
    sys.stdout.write(json.dumps(found.view(), indent=2) + "\n")
    return int(found.waits_for_somebody)


def check_networks(kind: type[NetworkProfile], folder: Path) -> int:
    """Name what is amiss in a folder of networks, and give 1; else 0."""
    try:
        load(kind, folder)
    except NetworkAmiss as amiss:
        sys.stdout.write(f"{amiss}\n")
        return 1
    sys.stdout.write(f"{folder}: nothing is amiss in what this service reads\n")
    return 0


def print_schema(kind: type[NetworkProfile], _: Path) -> int:
    """Print the JSON Schema of the service's own file; an empty one where it has none."""
    sys.stdout.write(json.dumps(kind.own.model_json_schema() if kind.own else {}, indent=2) + "\n")
    return 0


OF_NETWORKS = {"networks": check_networks, "schema": print_schema}
COMMANDS = {"migrate": brought_to_head, "reseal": reseal, "restore": restore}
SERVICES = sorted(EVERYBODY.split())
try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
