"""Start one service: `python -m shared membership --port 8001`; or do what needs its code.

For an image with this service alone, `migrate`, `reseal`, `rotate`, `restore`, `networks` and
`schema` do what `jobbpakten migrate`, `reseal`, `keys rotate`, `restore`, `networks check` and
`networks schema` do.
"""

import argparse
import asyncio
import gc
import importlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shared import restoring
from shared.arguments import odd
from shared.database import direct_door
from shared.edges.kafka import arguments
from shared.edges.kafka_causes import cause
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.edges.tls import TlsAmiss
from shared.http.servers import Server
from shared.logs import describe
from shared.messaging.kafka import EVERYBODY, heard_by
from shared.networks import NetworkAmiss, kind_of, load, shipped
from shared.networks.profiles import NetworkProfile
from shared.people import resealing, rotation
from shared.people.canaries import WrongKey
from shared.restoring import KAFKA_AWAY, NotNow
from shared.settings.files import FileAmiss
from shared.settings.kafka import OperatorsAccess

LAST_PORT = 65_535
BESIDE = 1_000  # from the port of calls to that of probes


def main() -> None:
    """Serve until SIGTERM; what the service needs stands in its settings."""
    words = argparse.ArgumentParser("python -m shared", description=__doc__)
    words.add_argument("service", choices=SERVICES, metavar="service", help=" or ".join(SERVICES))
    words.add_argument(
        "command", nargs="?", default="serve", choices=["serve", *COMMANDS, *OF_NETWORKS]
    )
    words.add_argument("folder", nargs="?", type=Path, help="networks: a folder of them")
    words.add_argument("--host", default="127.0.0.1")
    words.add_argument("--port", type=port, default=8000, help="where calls are answered")
    words.add_argument(
        "--probes-port", type=port, help="where probes and figures are; --port + 1000 if not given"
    )
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
    beside = chosen.port + BESIDE if chosen.port else 0
    probes_port = beside if chosen.probes_port is None else chosen.probes_port
    if probes_port > LAST_PORT:
        words.error(f"there is no port {probes_port}: give --probes-port")
    serve(service, chosen.host, chosen.port, probes_port)


def port(text: str) -> int:
    """Read a port; 0 takes any that is free."""
    if text.isdecimal() and int(text) in range(LAST_PORT + 1):
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")


def serve(service: Any, host: str, port: int, probes_port: int) -> None:
    """Serve until SIGTERM; end with 2 where the settings or the networks are amiss."""
    try:
        app = service.create_app()
    except (NetworkAmiss, SystemExit) as amiss:
        sys.stderr.write(f"{amiss}\n")
        sys.exit(2)
    gc.freeze()  # what was imported stays: the collector needn't look at it again
    # Records that wait to be settled are no reason to look for rings.
    gc.set_threshold(max(20_000, app.state.hears.objects), 20, 20)
    with suppress(KeyboardInterrupt):  # it has ended as it should
        Server(app, host, port, probes_port).run()


def carried_out(command: Callable[[Any], int], service: Any) -> int:
    """Carry out a command on a service's database, and end as `jobbpakten` does."""
    try:
        return command(service)
    except (WrongKey, NotNow, FileAmiss, SystemExit) as amiss:
        sys.stderr.write(f"{amiss}\n")
        return 2
    except DatabaseRefuses as amiss:
        sys.stderr.write(f"{amiss}\n")
        return 3
    except Exception as error:  # noqa: BLE001 - of what lies there each row fails by itself
        at = direct_door(service.Settings.from_environment()).at
        sys.stderr.write(f"The database at {at} is away, or isn't migrated: {describe(error)}\n")
        return 3


def said(line: str) -> None:
    """Say how far it is, beside what programs read."""
    sys.stderr.write(f"{line}\n")


def brought_to_head(service: Any) -> int:
    """Bring the service's schema to this release: safe to repeat, and by several at once."""
    from shared.migrations import migrate  # noqa: PLC0415 - no service that runs needs Alembic

    settings = service.Settings.from_environment()
    migrate(settings.service, direct_door(settings), said)
    return 0


def reseal(service: Any) -> int:
    """Seal anew what lies sealed; print what became of it, and give 1 where something is left."""
    return counted(service, resealing.reseal)


def rotate(service: Any) -> int:
    """Wrap anew by the present keys; print where each is, and give 1 where something is left."""
    return counted(service, rotation.rotate)


def counted(service: Any, work: Callable[..., Any]) -> int:
    """Do it where the service seals anything; print what became of it."""
    found: list[Any] = []
    if resealing.seals_anything(service.Settings.service):
        found = asyncio.run(work(service.Settings.from_environment(), said))
    sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    return int(any(one.left for one in found))


def restore(service: Any) -> int:
    """Bring a restored service to terms with its topics; print what differs, and give 1 if it does.

    What others have heard beyond the topics isn't within reach of its image. The topics are read as
    the operator, where JOBBPAKTEN_KAFKA_SERVERS and what belongs to it are set.
    """
    settings = service.Settings.from_environment()
    operator = OperatorsAccess()
    kafka = operator if operator.kafka_servers else settings
    try:
        hears = heard_by(settings.service)
        found = asyncio.run(restoring.restore(settings, arguments(kafka), hears, {}, said))
    except (*KAFKA_AWAY, TlsAmiss) as error:
        why = asyncio.run(cause(kafka, error))
        said(why or f"Kafka at {kafka.kafka_servers} can't be read: {describe(error)}")
        return 3
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
COMMANDS = {"migrate": brought_to_head, "reseal": reseal, "rotate": rotate, "restore": restore}
SERVICES = sorted(EVERYBODY.split())
try:
    main()
except KeyboardInterrupt:
    sys.exit(130)
