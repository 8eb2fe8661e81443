"""What a command prints: a table for people or JSON for programs, with or without a terminal."""

import json
import sys
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.people.identity_numbers import mask

WIDTH_WITHOUT_TERMINAL = 200
LONGEST = 10_000

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def any_terminal_will_do() -> None:
    """Print a question mark for a letter that standard output doesn't know, and go on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def print_json(found: Any) -> None:
    sys.stdout.write(json.dumps(found, indent=2, default=str) + "\n")


def say(line: str) -> None:
    """Say how far it has come, beside what programs read."""
    typer.echo(line, err=True)


def print_line(line: str) -> None:
    console().print(Text(line), soft_wrap=True)


def print_table(*columns: str, rows: Iterable[Iterable[Any]]) -> None:
    """Print a table; numbers stand right, long texts are folded and never cut."""
    table = Table(box=SIMPLE)
    body = [list(row) for row in rows]
    for number, column in enumerate(columns):
        figures = bool(body) and all(isinstance(row[number], int) for row in body)
        table.add_column(column, justify="right" if figures else "left", overflow="fold")
    for row in body:
        table.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    console().print(table)


def console() -> Console:
    """Give standard output as it is now; in a pipe, lines are long enough for a row."""
    found = Console(highlight=False)
    if not found.is_terminal:
        found.width = WIDTH_WITHOUT_TERMINAL
    return found


def print_result(found: dict[str, Any], line: str, *, as_json: bool) -> None:
    """Say what was done."""
    if as_json:
        print_json(found)
    else:
        print_line(line)


def shown(text: str) -> str:
    """Make a stranger's text safe to look at: nobody's number, nothing that steers terminals."""
    return mask("".join(letter for letter in text if letter.isprintable() or letter in "\n\t"))


def shown_bytes(raw: bytes | None) -> str | None:
    """Make bytes safe to look at; what is no text, or too long, is only measured."""
    if raw is None:
        return None
    try:
        text = shown(raw.decode())
    except UnicodeDecodeError:
        return f"({len(raw)} bytes that are no text)"
    cut = f" … ({len(text)} characters)" if len(text) > LONGEST else ""
    return text[:LONGEST] + cut
