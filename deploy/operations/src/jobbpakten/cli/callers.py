"""What a token may say of its caller: roles, and the networks and units that a service runs."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import ValidationError
from typer.core import TyperCommand

from jobbpakten.cli.environment import either, excerpt, services, variable
from jobbpakten.cli.exit_codes import Trouble, WrongUse
from jobbpakten_events.roles import Role
from shared.edges.doorkeepers import OF_MACHINES, Caller
from shared.networks import NetworkAmiss, load, shipped
from shared.networks.profiles import NetworkProfile
from shared.people.identity_numbers import holds_identity_number

ROLES: tuple[str, ...] = get_args(Role)
GOOD = {"id": "anna", "role": ROLES[0]}
FORM = {
    "id": "1 to 200 letters, digits and signs of ASCII, no space among them, such as caseworker-1",
    "role": "at most 200 letters and signs that can be seen",
    "unit": "at most 200 letters and signs that can be seen",
}


def said(part: str) -> Callable[[str], str]:
    """Take what stands in a token and travels with all that its caller does."""

    def checked(text: str) -> str:
        if holds_identity_number(text):
            raise typer.BadParameter("It travels with all that she does: never an identity number.")
        if part == "id" and text.startswith(OF_MACHINES):
            raise typer.BadParameter("So begin the ids of machines alone: take another.")
        try:
            Caller.model_validate(GOOD | {part: text})
        except ValidationError:
            raise typer.BadParameter(f"It has to be {FORM[part]}.") from None
        return text

    return checked


def known_role(text: str) -> str:
    if said("role")(text) not in ROLES:
        raise typer.BadParameter(f"There is no such role: take {either(ROLES)}.")
    return text


def refuse_strangers(service: str, networks: Iterable[str], unit: str) -> None:
    """Refuse a network that the service doesn't run, or a unit that none of these has."""
    known = networks_of(service)
    if not {*networks} <= known.keys():
        there = f"take {either([*known])}" if known else "there is none of this municipality"
        raise WrongUse(f"--network: {service} runs no such network: {there}.")
    units = [one for network in networks for one in known[network].units]
    if unit and unit not in units:
        raise WrongUse(f"--unit: {' and '.join(networks)} has no such unit: take {either(units)}.")


def networks_of(service: str) -> Mapping[str, NetworkProfile]:
    """Give the networks that a service runs, by their codes, as its settings say."""
    settings = excerpt(service)
    try:
        found = load(NetworkProfile, Path(settings.networks) if settings.networks else shipped())
    except NetworkAmiss as amiss:
        named, fault = variable(service, "networks"), str(amiss).splitlines()[0]
        raise WrongUse(f"{named}: {fault}; `jobbpakten networks check` says all.") from None
    here = settings.municipality
    return {code: one for code, one in found.items() if here in {"", one.municipality.code}}


def roles_beginning(incomplete: str) -> list[str]:
    return [one for one in ROLES if one.startswith(incomplete)]


def services_beginning(incomplete: str) -> list[str]:
    return [one for one in services() if one.startswith(incomplete)]


def networks_beginning(ctx: typer.Context, incomplete: str) -> list[str]:
    return [one for one in known_to(ctx.params.get("service")) if one.startswith(incomplete)]


def units_beginning(ctx: typer.Context, incomplete: str) -> list[str]:
    """Complete a unit, of the networks that were typed already if there are any."""
    known, typed = known_to(ctx.params.get("service")), ctx.params.get("network") or ()
    chosen = [known[one] for one in typed if one in known] or known.values()
    return [unit for one in chosen for unit in one.units if unit.startswith(incomplete)]


def known_to(service: str | None) -> Mapping[str, NetworkProfile]:
    """Give the networks of one service, or of all; none where they can't be read."""
    try:
        asked = [service] if service in services() else services()
        return {code: one for name in asked for code, one in networks_of(str(name)).items()}
    except Trouble:
        return {}


class NamingNetworks(TyperCommand):
    """A command whose help ends with the networks and units that there are."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        known = known_to(None)
        named = "; ".join(f"{code} (units {', '.join(one.units)})" for code, one in known.items())
        self.epilog = f"{self.epilog} Networks: {named or 'none can be read'}."
        super().format_help(ctx, formatter)
