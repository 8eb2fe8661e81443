"""The command line of those who run Jobbpakten: `jobbpakten --help` says what there is."""

import sys
from importlib.metadata import version as version_of
from typing import Any

import typer
from typer.core import TyperGroup

from jobbpakten.cli import (
    acls,
    migrations,
    networks,
    parked,
    reconcile,
    restore,
    sealed,
    tokens,
    topics,
)
from jobbpakten.cli.exit_codes import CODES, Code, Trouble
from jobbpakten.cli.outputs import AsJson, any_terminal_will_do, print_result
from shared.arguments import odd
from shared.machines import Refused


class OneSentence(TyperGroup):
    """Ends with one sentence and its code where something foreseeable is the matter."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse what is no text here: else it would fail wherever it is looked at or printed."""
        if fault := odd(args):
            ctx.fail(fault)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            raise self.ended(str(trouble), trouble.code) from None
        except Refused as refusal:
            raise self.ended(str(refusal), Code.FOUND) from None

    def ended(self, sentence: str, code: Code) -> typer.Exit:
        sys.stderr.write(f"{sentence}\n")
        return typer.Exit(code)


app = typer.Typer(cls=OneSentence, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(parked.app, name="parked")
app.add_typer(reconcile.app)
app.add_typer(tokens.app)
app.add_typer(tokens.keys_app, name="keys")
app.add_typer(networks.app, name="networks")
app.add_typer(topics.app, name="topics")
app.add_typer(migrations.app)
topics.app.command(epilog=f"{CODES} 1 here: something is left over.")(acls.acl)
app.add_typer(sealed.app)
app.add_typer(restore.app)


@app.callback(epilog=CODES)
def main() -> None:
    """Look after Jobbpakten's services: what waits, what differs, what is due."""
    any_terminal_will_do()


@app.command(epilog=CODES)
def version(*, as_json: AsJson = False) -> None:
    """Say which release this is."""
    found = version_of("jobbpakten")
    print_result({"version": found}, found, as_json=as_json)
