"""Where things are: read from the services' own settings, and no more of them than is needed."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from os import environ
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError, field_validator
from pydantic_settings import SettingsConfigDict

from jobbpakten.cli.exit_codes import WrongUse
from jobbpakten.keys import PRIVATE, SECRETS, previous_of
from shared.arguments import odd
from shared.database import direct_door
from shared.edges.postgres import Door
from shared.keys import HOW_TO, read, the_same
from shared.messaging.kafka import TOPICS, heard_by
from shared.settings import ServiceSettings, example_of, is_address
from shared.settings.databases import WayToDatabase, tls_words
from shared.settings.files import FileAmiss
from shared.settings.files import read as read_file
from shared.settings.kafka import KafkaAccess
from shared.settings.stages import StageSettings


class Excerpt(StageSettings):
    """Those settings of a service that a command line needs; none of them is demanded."""

    token_public_key: str = ""
    previous_token_public_key: str = ""
    municipality: str = ""
    networks: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def refuse_what_is_no_text(cls, value: str) -> str:
        if odd([value]):
            raise ValueError("it isn't UTF-8: type it anew")
        return value


class ToDatabase(Excerpt, WayToDatabase):
    """Those of the way to its database: whoever goes there needs nothing of Kafka's."""


class ToKafka(Excerpt, KafkaAccess):
    """Those of its way to Kafka."""

    kafka_topic_prefix: str = ""


Kind = TypeVar("Kind", bound=Excerpt)


def kind_of(name: str, kind: type[Kind]) -> type[Kind]:
    about = {"service": name, "model_config": SettingsConfigDict(env_prefix=f"{name.upper()}_")}
    own: type[Kind] = type(kind.__name__, (kind,), {"__module__": __name__, **about})
    return own


def excerpt(service: str) -> Excerpt:
    """Read what a service's environment says beside its ways; WrongUse for what can't be."""
    return settings_of(service, Excerpt)


def settings_of(service: str, kind: type[Kind]) -> Kind:
    """Read a service's environment; WrongUse for a value that can't be."""
    try:
        return kind_of(service, kind)()
    except FileAmiss as amiss:
        raise WrongUse(f"{amiss}.") from None
    except ValidationError as error:
        first = error.errors()[0]
        fault = first["msg"].removeprefix("Value error, ")
        named = [variable(service, str(name)) for name in first["loc"]]  # none: it names several
        raise WrongUse(f"{': '.join([*named, fault])}.") from None


def variable(service: str, name: str) -> str:
    return f"{service.upper()}_{name.upper()}"


@cache
def services() -> tuple[str, ...]:
    """Name all services, as the table of topics does."""
    return tuple(
        sorted(set[str]().union(*(topic.told_by | topic.read_by for topic in TOPICS.values())))
    )


def hears() -> dict[str, set[str]]:
    """Say for each service which topics it hears."""
    return {service: heard_by(service) for service in services()}


def installed(service: str, command: str) -> None:
    """Raise WrongUse, with where to go, where a command needs a service's code."""
    spec = find_spec(service)
    if spec is None or spec.origin is None:
        run = f"run `python -m shared {service} {command}` in its image"
        raise WrongUse(f"{service} isn't installed here: {run}.")


def settings_within(service: str) -> ServiceSettings:
    """Read a service's settings by its own code, which is installed; WrongUse for what can't be."""
    settings: type[ServiceSettings] = import_module(f"{service}.main").Settings
    try:
        return settings.from_environment()
    except SystemExit as refused:
        raise WrongUse(str(refused)) from None


def known(service: str | None) -> str | None:
    """Refuse a service that isn't there."""
    if service is not None and service not in services():
        raise typer.BadParameter(f"There is no service {service!r}: take {either(services())}.")
    return service


Service = Annotated[str, typer.Option(callback=known, help="Which service.")]
AnyService = Annotated[
    str | None, typer.Option(callback=known, help="Only this one; else all whose database is set.")
]


def database_variable(service: str) -> str:
    """Name the setting that a service's database is reached by."""
    is_direct = settings_of(service, ToDatabase).database_direct_url
    return variable(service, "database_direct_url" if is_direct else "database_url")


def database(service: str) -> Door:
    """Give the way to a service's database, past any pooler; WrongUse when there is none."""
    found, named = settings_of(service, ToDatabase), database_variable(service)
    address = found.direct_url
    shown = example_of(ServiceSettings.model_fields["database_url"], service)
    example = f"for example {shown}"
    if not address:
        raise WrongUse(f"{named} isn't set: set it to the database of {service}, {example}.")
    if not is_address(address):
        raise WrongUse(f"{named} is no address of a PostgreSQL database: correct it, {example}.")
    if words := tls_words(address):
        tls = variable(service, "database_tls")
        raise WrongUse(f"{named} says {words}: take that out, and set {tls}.")
    return direct_door(found)


def databases(service: str | None = None) -> Mapping[str, Door]:
    """Give one service's database, or all that are set; WrongUse when there is none."""
    if service:
        return {service: database(service)}
    found = {
        name: database(name) for name in services() if settings_of(name, ToDatabase).database_url
    }
    if not found:
        names = either([variable(name, "database_url") for name in services()])
        raise WrongUse(f"No database is named: set {names}.")
    return found


def refuse_one_key_for_two_services() -> None:
    """Refuse a secret key that stands in several services: each of them sees only its own."""
    if found := the_same(secret_keys()):
        first, second = found
        raise WrongUse(f"{first} and {second} are the same key: each needs its own; {HOW_TO}.")


def secret_keys() -> dict[str, str]:
    """Give all services' secret keys, by their settings; a service itself refuses what is none.

    They may be files, and each may have a previous one beside it. WrongUse for a file that gives
    none.
    """
    names = [named for one in (*SECRETS, PRIVATE) for named in (one, previous_of(one))]
    said = {name.upper(): value for name, value in environ.items()}
    try:
        found = {name: given(said, name) for name in names}
    except FileAmiss as amiss:
        raise WrongUse(f"{amiss}.") from None
    return {name: jwk for name, jwk in found.items() if read(jwk)}


def given(said: Mapping[str, str], name: str) -> str:
    """Give a secret, from its file where one is named; FileAmiss where that gives none."""
    path = said.get(f"{name}_FILE")
    return read_file(f"{name}_FILE", path) if path else said.get(name, "")


def either(names: tuple[str, ...] | list[str]) -> str:
    return " or ".join(names)
