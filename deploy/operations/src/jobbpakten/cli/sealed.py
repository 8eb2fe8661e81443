"""`jobbpakten reseal` and `keys rotate`: what identifies people brought to another form, or key."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, NoReturn

import typer

from jobbpakten.cli.databases import reaching
from jobbpakten.cli.environment import AnyService, databases, installed, settings_within
from jobbpakten.cli.exit_codes import CODES, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_table, say
from jobbpakten.cli.tokens import keys_app
from shared.people import resealing, rotation
from shared.people.canaries import WrongKey

app = typer.Typer()


@app.command(epilog=f"{CODES} 1 here: something is left in the first form.")
def reseal(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """Seal anew whatever identifies people, so that it opens for its own person alone.

    Run it once no replica of commit f956880 is left: that one doesn't read the new form.
    Services may run. Safe to repeat, also after it was interrupted. Needs a service's settings and
    its code: where it isn't installed, run `python -m shared <service> reseal` in its image.
    """
    found = [one for name in databases(service) for one in done(name, "reseal", resealing.reseal)]
    ended(found, ("service", "table", "sealed anew", "left", "unreadable"), as_json=as_json)


@keys_app.command(epilog=f"{CODES} 1 here: something is left that only a previous key opens.")
def rotate(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """Wrap anew what a previous key has wrapped, and say of each key whether that one may go.

    Run it once every replica has both keys. Services may run. Safe to repeat, also after it was
    interrupted. Needs a service's settings and its code: where it isn't installed, run
    `python -m shared <service> rotate` in its image.
    """
    found = [one for name in databases(service) for one in done(name, "rotate", rotation.rotate)]
    ended(found, ("key", "state", "wrapped anew", "left", "unreadable"), as_json=as_json)


def ended(found: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> NoReturn:
    """Print what was found, and end with 1 where something is left."""
    if as_json:
        print_json(found)
    else:
        print_table(*columns, rows=[one.values() for one in found])
    raise typer.Exit(Code.FOUND if any(one["left"] for one in found) else Code.GOOD)


def done(service: str, command: str, work: Callable[..., Any]) -> list[dict[str, Any]]:
    """Do it with one service's settings and code; nothing where it seals nothing."""
    installed(service, command)
    if not resealing.seals_anything(service):
        return []
    settings = settings_within(service)
    try:
        with reaching(service):
            return [asdict(one) for one in asyncio.run(work(settings, say))]
    except WrongKey as error:
        raise WrongUse(str(error)) from None
