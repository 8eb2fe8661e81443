"""Tables as spreadsheets write them: CSV with ; , or tab. No fault shows a value."""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from io import StringIO
from itertools import count, islice
from typing import NamedTuple

from matching.api.importing.encodings import Encoding, Unreadable, decoded
from matching.api.importing.readings import WRONG, doubts, is_wrong
from matching.commands.candidates.imports import Fault
from shared.people.tidying import tidy, tidy_lines

FIRST = 1
# A file within the size of a body could say a million things; nobody reads them, and all others
# would wait meanwhile. More people than this come in several transactions.
MOST_HEADER_CELLS = 100
MOST_ROWS = 2_000
SEPARATORS = ";,\t"
# Excel's own first line, which it shows to nobody, nor counts.
SEPARATOR_LINE = re.compile(r'"?sep=([;,\t|])"?[;,\t|]*(?:\r\n?|\n|$)', re.IGNORECASE)
UNCLOSED = "a quotation mark isn't closed in this row, or text follows a closed one"


class Columns(NamedTuple):
    """Which columns there may be, which have to be there, and which hold names of people."""

    known: Collection[str]
    needed: Collection[str]
    names: Collection[str]


class Row(NamedTuple):
    number: int
    cells: dict[str, str]  # by column, only those that hold something


class Table(NamedTuple):
    """The rows that hold something, what is amiss with the table itself, as what it was read."""

    rows: list[Row]
    faults: list[Fault]
    encoding: Encoding | None = None


class Amiss(ValueError):
    """The table can't be taken at all."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.faults = [*faults]


Line = tuple[int, list[str]]


def read(content: bytes, columns: Columns) -> Table:
    """Read a file; a row's number is the one that a spreadsheet shows."""
    try:
        text, encoding = decoded(content)
    except Unreadable as error:
        return Table([], [Fault(FIRST, "", str(error))])
    try:
        header, lines = parts(text, encoding, columns)
    except Amiss as error:
        return Table([], error.faults, encoding)
    rows, faults = rows_of(header, lines)
    if doubtful := [*doubts(rows, encoding, columns.names)]:
        return Table([], doubtful, encoding)
    return Table([Row(number, tidied(cells)) for number, cells in rows], faults, encoding)


def parts(text: str, encoding: Encoding, columns: Columns) -> tuple[list[str], list[Line]]:
    """Part header and rows; nothing more of what is too wide or too long."""
    lines = lines_of(text)
    begins = (one for one in lines if len(one[1]) > MOST_HEADER_CELLS or any(map(tidy, one[1])))
    place, first = next(begins, (FIRST, []))
    header = [tidy(cell).casefold() for cell in first[: MOST_HEADER_CELLS + 1]]
    if len(header) > MOST_HEADER_CELLS:
        raise Amiss(Fault(place, "", f"the header has more than {MOST_HEADER_CELLS} cells"))
    while header and not header[-1]:
        header.pop()
    if any(is_wrong(cell, encoding) for cell in first):
        raise Amiss(Fault(place, "", WRONG[encoding]))
    if faults := [*amiss(place, header, columns)]:
        raise Amiss(*faults)
    filled = (line for line in lines if any(map(tidy, line[1])))
    found = [*islice(filled, MOST_ROWS + 1)]
    if len(found) > MOST_ROWS:
        text = f"a file has at most {MOST_ROWS:,} rows below its header: split it"
        raise Amiss(Fault(found[-1][0], "", text))
    return header, found


def lines_of(text: str) -> Iterator[Line]:
    """Give each line's number and cells."""
    said = SEPARATOR_LINE.match(text)
    rest = text[said.end() :] if said else text
    separator = said[1] if said else separator_of(rest)
    reader = csv.reader(StringIO(rest, newline=""), delimiter=separator, strict=True)
    for number in count(FIRST):
        try:
            cells = next(reader, None)
        except csv.Error:
            raise Amiss(Fault(number, "", UNCLOSED)) from None
        if cells is None:
            return
        yield number, cells


def separator_of(text: str) -> str:
    """Give the separator that stands most often in the first line that holds anything else."""
    begins = re.search(rf"[^\s\"{SEPARATORS}][^\r\n]*", text)
    return max(SEPARATORS, key=begins[0].count) if begins else SEPARATORS[0]


def amiss(place: int, header: Sequence[str], columns: Columns) -> Iterator[Fault]:
    """Say what is amiss with the header; where it isn't known, by its place: it may be a value."""
    seen = set[str]()
    for number, name in enumerate(header, 1):
        if name not in columns.known:
            yield Fault(place, f"column {number}", "there is no such column")
        elif name in seen:
            yield Fault(place, name, "the column stands twice")
        seen.add(name)
    for name in columns.needed:
        if name not in seen:
            yield Fault(place, name, "the column is missing")


def rows_of(
    header: Sequence[str], lines: Sequence[Line]
) -> tuple[list[tuple[int, dict[str, str]]], list[Fault]]:
    """Give each line its columns; spreadsheets cut empty cells off at the end, or add some.

    Refused is a row with something behind the header's last column.
    """
    rows, faults = [], []
    for number, line in lines:
        if any(map(tidy, line[len(header) :])):
            faults.append(Fault(number, "", "the row has more cells than the header"))
        rows.append((number, dict(zip(header, line, strict=False))))
    return rows, faults


def tidied(cells: dict[str, str]) -> dict[str, str]:
    tidy_cells = {name: tidy_lines(cell) for name, cell in cells.items()}
    return {name: cell for name, cell in tidy_cells.items() if cell}
