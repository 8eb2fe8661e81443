"""Tables as spreadsheets write them: CSV with ; or , in UTF-8 or CP1252. No fault shows a value."""

import csv
from collections.abc import Collection, Iterator
from io import StringIO
from itertools import islice
from typing import NamedTuple

HEADER = 1
# A file within the size of a body could say a million things; nobody reads them, and all others
# would wait meanwhile. More people than this come in several transactions.
MOST_HEADER_CELLS = 100
MOST_ROWS = 2_000


class Fault(NamedTuple):
    """What is the matter in which cell; rows count from the header, which is 1."""

    row: int
    column: str
    detail: str


class Row(NamedTuple):
    number: int
    cells: dict[str, str]  # by column, only those that hold something


def decoded(content: bytes) -> str | None:
    """Give the text, with or without a mark of order; None for what is neither encoding."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def read(
    content: bytes, columns: Collection[str], needed: Collection[str]
) -> tuple[list[Row], list[Fault]]:
    """Give the rows that hold something, and what is amiss with the table itself."""
    text = decoded(content)
    if text is None:
        return [], [Fault(HEADER, "", "the file is neither UTF-8 nor CP1252")]
    try:
        return taken(lines_of(text), columns, needed)
    except csv.Error:
        return [], [Fault(HEADER, "", "the file isn't CSV: a quotation mark isn't closed, perhaps")]


def taken(
    lines: Iterator[list[str]], columns: Collection[str], needed: Collection[str]
) -> tuple[list[Row], list[Fault]]:
    """Take the header, then the rows; nothing more of what is too wide or too long."""
    header = [tidy(cell).casefold() for cell in next(lines, [])[: MOST_HEADER_CELLS + 1]]
    if faults := [*amiss(header, columns, needed)]:
        return [], faults
    found = [*islice(filled(lines), MOST_ROWS + 1)]
    if len(found) > MOST_ROWS:
        text = f"a file has at most {MOST_ROWS:,} rows below its header: split it"
        return [], [Fault(found[-1][0], "", text)]
    return read_rows(header, found)


def filled(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Give the lines below the header that hold something, and their numbers."""
    for number, line in enumerate(lines, HEADER + 1):
        cells = [tidy(cell) for cell in line]
        if any(cells):
            yield number, cells


def lines_of(text: str) -> Iterator[list[str]]:
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") >= first.count(",") else ","
    return csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)


def tidy(cell: str) -> str:
    """Let superfluous spaces go, also those that don't break."""
    return " ".join(cell.split())


def amiss(header: list[str], columns: Collection[str], needed: Collection[str]) -> Iterator[Fault]:
    """Say what is amiss with the header; where it isn't known, by its place: it may be a value."""
    if len(header) > MOST_HEADER_CELLS:
        yield Fault(HEADER, "", f"the header has more than {MOST_HEADER_CELLS} cells")
        return
    seen = set[str]()
    for place, name in enumerate(header, 1):
        if name not in columns:
            yield Fault(HEADER, f"column {place}", "there is no such column")
        elif name in seen:
            yield Fault(HEADER, name, "the column stands twice")
        seen.add(name)
    for name in needed:
        if name not in seen:
            yield Fault(HEADER, name, "the column is missing")


def read_rows(
    header: list[str], lines: list[tuple[int, list[str]]]
) -> tuple[list[Row], list[Fault]]:
    """Give each line its columns; refuse one that has more or fewer cells than the header."""
    rows, faults = [], []
    for number, line in lines:
        if len(line) < len(header) or any(line[len(header) :]):
            faults.append(Fault(number, "", "the row hasn't as many cells as the header"))
        cells = zip(header, line, strict=False)
        rows.append(Row(number, {name: cell for name, cell in cells if cell}))
    return rows, faults
