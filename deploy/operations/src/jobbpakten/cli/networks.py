"""`jobbpakten networks`: what a folder of networks says, and what of it can't be used."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from jobbpakten.cli.environment import either, excerpt, installed, services, variable
from jobbpakten.cli.exit_codes import CODES, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_line, print_table
from shared.networks import NetworkAmiss, kind_of, load, shipped
from shared.networks.profiles import Network, NetworkProfile

app = typer.Typer(no_args_is_help=True, help="Look at networks, which are folders of YAML.")

Folder = Annotated[
    Path | None,
    typer.Argument(help="A folder with a folder for each; else what the services' settings name."),
]
ALL = "network.yaml"


@app.command(epilog=f"{CODES} 1 here: something is amiss.")
def check(folder: Folder = None, *, as_json: AsJson = False) -> None:
    """Say whether services could start with these networks; name file, line and field if not.

    Without FOLDER it is the one in the services' settings (`MEMBERSHIP_NETWORKS` …), or those that
    are shipped. Where a municipality is set, one of them has to be its own. What a service alone
    knows to check needs its code: where it isn't installed, run `python -m shared <service>
    networks FOLDER` in its image.
    """
    where = folder or set_folder()
    found, faults = load_all(where)
    faults += [] if faults else missing(where, found)
    left = [one for one in services() if find_spec(one) is None]
    if as_json:
        print_json({"networks": found, "faults": faults, "not_checked_for": left})
    elif faults:
        print_line("\n".join(faults))
    else:
        rows = [one.values() for one in found]
        print_table("network", "name", "municipality", "languages", "units", "offers", rows=rows)
    for service in [] if as_json else left:
        run = f"python -m shared {service} networks {where}"
        print_line(f"{service} isn't installed here, its own files aren't checked: run `{run}`")
    raise typer.Exit(Code.FOUND if faults else Code.GOOD)


def set_folder() -> Path:
    """Return the folder that the services' settings name, or that of those shipped."""
    return Path(said) if (said := common("networks", "folder")) else shipped()


def missing(folder: Path, found: list[dict[str, Any]]) -> list[str]:
    """Say that there is no network of the services' municipality, where they name one."""
    here = common("municipality", "municipality")
    if not here or here in {one["municipality"] for one in found}:
        return []
    return [f"{folder}: no network of municipality {here} is there"]


def common(setting: str, what: str) -> str:
    """Return what the services that have a setting say in it; WrongUse where they differ."""
    said = {variable(one, setting): getattr(excerpt(one), setting) for one in services()}
    said = {name: value for name, value in said.items() if value}
    if len({*said.values()}) > 1:
        raise WrongUse(f"{' and '.join(said)} differ: give all services the same {what}.")
    return next(iter(said.values()), "")


def load_all(folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Read the networks as every service does that is installed here; give also what is amiss."""
    faults: dict[str, None] = {}
    found: dict[str, NetworkProfile] = {}
    for kind in kinds():
        try:
            found = dict(load(kind, folder))
        except NetworkAmiss as amiss:
            faults |= dict.fromkeys(str(amiss).splitlines())
    return [described(one) for one in found.values()], [*faults]


def kinds() -> Iterator[type[NetworkProfile]]:
    """Give how each service that is installed here knows a network; last, how all do."""
    yield from (kind_of(one) for one in services() if find_spec(one))
    yield NetworkProfile


def described(network: NetworkProfile) -> dict[str, Any]:
    return {
        "network": network.network,
        "name": network.name,
        "municipality": network.municipality.code,
        "languages": " ".join(network.languages),
        "units": len(network.units),
        "offers": len(network.offers),
    }


@app.command(epilog=CODES)
def schema(file: Annotated[str, typer.Argument(help=f"{ALL}, or a service's own.")] = ALL) -> None:
    """Print a file's JSON Schema: editors complete and check YAML by it as it is written."""
    of = file.removesuffix(".yaml")
    if file != ALL and of not in services():
        names = [ALL, *(f"{one}.yaml" for one in services())]
        raise WrongUse(f"A network has no file {file!r}: take {either(names)}.")
    if file == ALL:
        print_json(Network.model_json_schema())
        return
    installed(of, "schema")
    own = kind_of(of).own
    if own is None:
        raise WrongUse(f"{of} has no file of its own: all that it knows stands in {ALL}.")
    print_json(own.model_json_schema())
