"""`jobbpakten topics acl`: who may do what in Kafka, printed or seen to."""

import asyncio
import sys
from collections.abc import Iterable
from typing import Annotated

import typer
import yaml
from aiokafka.errors import KafkaConnectionError
from confluent_kafka.admin import AclBinding

from jobbpakten.acls import OPERATOR, acls, kafka_users
from jobbpakten.authorizers import Applied, Forbidden, Unreached, apply, row
from jobbpakten.cli.environment import ToKafka, variable
from jobbpakten.cli.exit_codes import Away, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_line, print_table
from jobbpakten.cli.topics import agreed, cluster
from shared.edges.kafka_causes import cause

COLUMNS = ("user", "operation", "kind", "name", "pattern", "host", "permission")
NOT_WITH = "Take one of --apply and --strimzi; --remove-left-over and --json go with --apply."
DoApply = Annotated[bool, typer.Option("--apply", help="Make what is missing, as Kafka's admin.")]
DoRemove = Annotated[
    bool,
    typer.Option(
        "--remove-left-over",
        help="With --apply: take away every other user's right to our topics, groups and "
        "transactional ids, a subscriber's too.",
    ),
]
Strimzi = Annotated[
    str, typer.Option(metavar="CLUSTER", help="Print the users for Strimzi's cluster so named.")
]


def acl(
    *, do: DoApply = False, remove: DoRemove = False, strimzi: Strimzi = "", as_json: AsJson = False
) -> None:
    """Print who may do what in Kafka, by the table of topics; or see to it that it is so."""
    if (do and strimzi) or (remove and not do) or (strimzi and as_json):
        raise WrongUse(NOT_WITH)
    named = agreed()
    prefix = named.kafka_topic_prefix if named else ""
    if do:
        done = applied(cluster(), remove=remove)
        print_applied(done, as_json=as_json)
        raise typer.Exit(Code.FOUND if done.left_over else Code.GOOD)
    if strimzi:
        yaml.safe_dump_all(kafka_users(prefix, strimzi), sys.stdout, sort_keys=False)
    elif as_json:
        print_json([one._asdict() for one in acls(prefix)])
    else:
        print_rows(one._asdict() for one in acls(prefix))


def applied(kafka: ToKafka, *, remove: bool) -> Applied:
    """Make Kafka's list as ours; Away, WrongUse with cause and cure."""
    try:
        return apply(kafka, kafka.kafka_topic_prefix, remove=remove)
    except Forbidden as error:
        who = f"set {variable(OPERATOR, 'kafka_user')} to who may change its list"
        raise WrongUse(f"Kafka at {kafka.kafka_servers} refuses this: {error}; {who}.") from None
    except Unreached as error:
        said = asyncio.run(cause(kafka, KafkaConnectionError()))
        raise Away(said or f"Kafka at {kafka.kafka_servers} doesn't answer: {error}.") from None


def print_applied(done: Applied, *, as_json: bool) -> None:
    found = {what: sorted_rows(several) for what, several in done._asdict().items()}
    if as_json:
        print_json(found)
        return
    print_line(f"{len(found['made'])} made, {len(found['removed'])} removed.")
    for what, said in (
        (
            "left_over",
            "Left over: nothing of ours needs it (--remove-left-over takes it all away)",
        ),
        ("besides", "Beside the table, never removed: see whether it is meant"),
    ):
        if found[what]:
            print_line(f"{said}:")
            print_rows(found[what])


def sorted_rows(several: Iterable[AclBinding]) -> list[dict[str, str]]:
    return sorted(map(row, several), key=lambda one: [*one.values()])


def print_rows(rows: Iterable[dict[str, str]]) -> None:
    several = list(rows)
    columns = [name for name in COLUMNS if any(name in one for one in several)]
    print_table(*columns, rows=[[one.get(name, "") for name in columns] for one in several])
