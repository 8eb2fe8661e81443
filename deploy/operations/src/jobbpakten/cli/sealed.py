"""`jobbpakten reseal`: what identifies people brought to the form that is bound to each of them."""

import asyncio
from dataclasses import asdict
from importlib import import_module
from typing import Any

import typer

from jobbpakten.cli.databases import reaching
from jobbpakten.cli.environment import AnyService, databases, installed
from jobbpakten.cli.exit_codes import CODES, Code, WrongUse
from jobbpakten.cli.outputs import AsJson, print_json, print_table, say
from shared.people import resealing
from shared.people.canaries import WrongKey

app = typer.Typer()


@app.command(epilog=f"{CODES} 1 here: something is left in the first form.")
def reseal(service: AnyService = None, *, as_json: AsJson = False) -> None:
    """Seal anew whatever identifies people, so that it opens for its own person alone.

    Run it once no replica of the release before is left: that one doesn't read the new form.
    Services may run. Safe to repeat, also after it was interrupted. Needs a service's settings and
    its code: where it isn't installed, run `python -m shared <service> reseal` in its image.
    """
    found = [one for name in databases(service) for one in resealed(name)]
    if as_json:
        print_json(found)
    else:
        print_table(
            "service",
            "table",
            "sealed anew",
            "left",
            "unreadable",
            rows=[o.values() for o in found],
        )
    raise typer.Exit(Code.FOUND if any(one["left"] for one in found) else Code.GOOD)


def resealed(service: str) -> list[dict[str, Any]]:
    """Reseal one service; nothing where it seals nothing."""
    installed(service, "reseal")
    if not resealing.seals_anything(service):
        return []
    main = import_module(f"{service}.main")
    try:
        settings = main.Settings.from_environment()
    except SystemExit as refused:
        raise WrongUse(str(refused)) from None
    try:
        with reaching(service):
            return [asdict(one) for one in asyncio.run(resealing.reseal(settings, say))]
    except WrongKey as error:
        raise WrongUse(str(error)) from None
