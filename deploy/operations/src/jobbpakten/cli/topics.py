"""`jobbpakten topics`: Kafka's topics, as they are declared and as they are."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Annotated, TypeVar

import typer
from aiokafka.errors import KafkaError

from jobbpakten.acls import OPERATOR
from jobbpakten.cli.environment import ToKafka, either, services, settings_of, variable
from jobbpakten.cli.exit_codes import CODES, Away, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_line, print_table, say
from jobbpakten.topics import LEFT_OVER, differences
from jobbpakten.topics import apply as apply_all
from shared.edges.kafka import arguments
from shared.edges.kafka_causes import cause
from shared.edges.tls import TlsAmiss

Result = TypeVar("Result")
app = typer.Typer(no_args_is_help=True, help="Kafka's topics, as declared and as they are.")
Replication = Annotated[int, typer.Option(min=1, help="Copies of each record; 1 on one broker.")]
Partitions = Annotated[
    int | None, typer.Option(min=1, help="Of topics that are made now; else as declared.")
]


@app.command(epilog=f"{CODES} 1 here: a topic is missing or differs.")
def diff(replication: Replication = 3, *, as_json: AsJson = False) -> None:
    """Compare the cluster's topics with the declared ones."""
    kafka = cluster()
    found = answered(kafka, differences(arguments(kafka), kafka.kafka_topic_prefix, replication))
    if as_json:
        print_json(found)
    else:
        print_differences(found)
    raise typer.Exit(code_of(found))


@app.command(epilog=f"{CODES} 1 here: something differs that only a person can change.")
def apply(
    replication: Replication = 3, partitions: Partitions = None, *, as_json: AsJson = False
) -> None:
    """Make the missing topics and set the others' configuration.

    Never changed are the partitions and copies of a topic that is there.
    """
    kafka = cluster()
    reached_by, prefix = arguments(kafka), kafka.kafka_topic_prefix
    done = answered(kafka, apply_all(reached_by, prefix, replication, partitions, say))
    left = answered(kafka, differences(reached_by, prefix, replication))
    left = {name: faults for name, faults in left.items() if not as_wished(faults, partitions)}
    if as_json:
        print_json({"done": done, "left": left})
    else:
        print_line(
            f"{len(done)} made or set: {', '.join(done)}"
            if done
            else nothing_done(left, replication)
        )
        print_differences(left)
    raise typer.Exit(code_of(left))


def code_of(found: dict[str, list[str]]) -> Code:
    """Give 1 where somebody must act; what is left over harms nobody."""
    return Code.FOUND if any(faults != [LEFT_OVER] for faults in found.values()) else Code.GOOD


def nothing_done(left: dict[str, list[str]], replication: int) -> str:
    if ["missing"] in left.values():
        fix = f"has it {replication} brokers? On one, take --replication 1"
        return f"Kafka refused to make what is missing: {fix}."
    return "Nothing could be done." if code_of(left) else "Nothing to do."


def as_wished(faults: list[str], partitions: int | None) -> bool:
    """Tell whether the only difference is the number of partitions that was asked for."""
    return len(faults) == 1 and faults[0].startswith(f"{partitions} partitions ")


def print_differences(found: dict[str, list[str]]) -> None:
    if found:
        print_table(
            "topic", "differs", rows=[(n, "; ".join(faults)) for n, faults in found.items()]
        )
    else:
        print_line("All topics are as declared.")


def cluster(of: str | None = None) -> ToKafka:
    """Give the Kafka that is agreed on; WrongUse where none is named or its files are no TLS.

    `of` is the service whose own way is taken where the operator has none.
    """
    if (taken := agreed(of)) is None:
        names = [variable(name, "kafka_servers") for name in (*services(), OPERATOR)]
        raise WrongUse(f"No Kafka is named: set {either(names)}, for example kafka:9092.")
    try:
        arguments(taken)
    except TlsAmiss as amiss:
        raise WrongUse(f"No TLS to Kafka: {amiss}.") from None
    return taken


def agreed(of: str | None = None) -> ToKafka | None:
    """Give the Kafka that all services agree on, reached as the operator where she has a way."""
    ordered = sorted(services(), key=lambda service: service != of)
    named = {service: settings_of(service, ToKafka) for service in ordered}
    operator = settings_of(OPERATOR, ToKafka)
    found: dict[tuple[str, str], ToKafka] = {}
    for one in named.values():
        if one.kafka_servers:
            found.setdefault((one.kafka_servers, one.kafka_topic_prefix), one)
    names = [variable(service, "kafka_servers") for service in (*named, OPERATOR)]
    if len(found) > 1:
        raise WrongUse(
            f"The services name different Kafkas or prefixes; let these agree: {', '.join(names)}."
        )
    taken = next(iter(found.values()), None)
    if operator.kafka_servers:
        prefix = operator.kafka_topic_prefix or (taken.kafka_topic_prefix if taken else "")
        taken = operator.model_copy(update={"kafka_topic_prefix": prefix})
    return taken


def answered(kafka: ToKafka, asked: Awaitable[Result]) -> Result:
    """Ask Kafka; Away, with cause and cure, when it doesn't answer us."""
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # it would write to stderr

    async def asking() -> Result:
        try:
            return await asked
        except (KafkaError, OSError) as error:
            said = await cause(kafka, error)
            kind, fix = type(error).__name__, "ask again, or see what its own log says"
            at = kafka.kafka_servers
            raise Away(said or f"Kafka at {at} can't do this ({kind}): {fix}.") from None

    return asyncio.run(asking())
