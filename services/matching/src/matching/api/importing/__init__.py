"""Import over HTTP: a caseload as CSV, tried first, then taken as a whole or not at all."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from matching.api.acts import WithCandidates
from matching.api.candidate import NewCandidate
from matching.api.importing.encodings import Encoding
from matching.api.importing.tables import Columns, Row, Table, read
from matching.commands.candidates import imports as commands
from matching.commands.candidates.imports import Fault, Line
from matching.commands.candidates.registrations import check_registrar, check_registration
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.problems import fault
from shared.http.requests import View
from shared.machines import Unfit

NEEDED = ("identity_number", "name", "language")
COLUMNS = Columns((*NewCandidate.model_fields,), NEEDED, names=("name",))
MOST_ERRORS = 100
LISTS = ("offers", "schedule")
DAYS = ("available_from", "registered_on")
MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")  # a spreadsheet's day may have it
WORDS = {
    **dict.fromkeys(("yes", "ja", "true", "sant", "1"), True),
    **dict.fromkeys(("no", "nej", "false", "falskt", "0"), False),
}
FILE = {"type": "string", "examples": ["identity_number,name,language\n198901023286,Åsa,sv\n"]}
CSV = {"requestBody": {"content": {"text/csv": {"schema": FILE}}, "required": True}}

router = APIRouter(prefix="/candidates", tags=["candidates"], route_class=IdempotentRoute)


class FaultView(View):
    """What is the matter in which cell, never what stands there; rows as a spreadsheet counts."""

    row: int
    column: str
    detail: str


class ImportView(View):
    """How many rows there are and how many people were registered: all, or none.

    `encoding` is what the file was read as; null: it is something else than text.
    """

    rows: int
    registered: int
    encoding: Encoding | None
    errors: list[FaultView]
    more_errors: int  # that aren't named


@router.post("/import", openapi_extra=CSV | may(CANDIDATE.roles["register"]))
async def bring_in(
    request: Request,
    act: WithCandidates,
    dry_run: Annotated[bool, Query()] = True,  # noqa: FBT002 - a parameter of the address
) -> ImportView:
    """Register everybody in the file, unless a row is amiss or it is a dry run.

    The header names the columns, in any order: `identity_number`, `name`, `language` (needed),
    `wants_email` (ja, nej, yes, no; empty is no), `email`, `phone`, `address`, `group`, `abilities`
    (`skill:kitchen licence:b=nej`), `offers`, `schedule` (`mon_am tue_pm`; a space or | between),
    `available_from`, `registered_on` (`2026-03-09`, with or without 00:00). Cells part at ; , or
    tab (or as `sep=` says in the first line) and may be quoted; UTF-8 with or without BOM, or
    CP1252 where it is sure that it is. At most 1 MB, 100 columns and 2,000 rows. All are registered
    or, with any error, nobody; 409 `cannot_register` where somebody in the file can't be.
    """
    check_registrar(act)
    table = read(await request.body(), COLUMNS)
    lines = [*lines_of(table, act.profile, act.on)]
    table.faults.extend(await commands.faults_of(act, lines))
    good = not table.faults and not dry_run
    if good:
        await commands.bring_in(act, lines)
    return answered(table, len(lines) if good else 0)


def answered(table: Table, registered: int) -> ImportView:
    """Name the first faults by row, and say how many more there are."""
    errors = [FaultView(**one._asdict()) for one in sorted(table.faults)[:MOST_ERRORS]]
    return ImportView(
        rows=len(table.rows),
        registered=registered,
        encoding=table.encoding,
        errors=errors,
        more_errors=len(table.faults) - len(errors),
    )


def lines_of(table: Table, profile: Profile, today: date) -> Iterator[Line]:
    """Give the rows that say a person; what is amiss with the others is added to the faults."""
    for row in table.rows:
        try:
            yield line_of(row, profile, today)
        except ValidationError as error:
            table.faults.extend(fault_of(row, one) for one in error.errors())
        except Unfit as error:
            table.faults.append(Fault(row.number, error.pointer[1:], str(error)))


def line_of(row: Row, profile: Profile, today: date) -> Line:
    new = NewCandidate.model_validate(body(row.cells))
    registration = new.registration(today)
    check_registration(profile, registration)
    if new.registered_on and new.registered_on > today:
        text = "An act is recorded when it has happened."
        raise Unfit("/registered_on", "later_than_today", text)
    return Line(row.number, uuid4(), registration, new.registered_on or today)


def fault_of(row: Row, error: Any) -> Fault:
    column = str(error["loc"][0]) if error["loc"] else ""
    return Fault(row.number, column, fault(error)["detail"])


def body(cells: dict[str, str]) -> dict[str, Any]:
    """Read the cells as the body of a call. Who doesn't say that she wants e-mail doesn't."""
    said: dict[str, Any] = {**cells, "wants_email": yes_or_no(cells.get("wants_email", "no"))}
    if "abilities" in cells:
        said["abilities"] = dict(map(ability, words(cells["abilities"])))
    said |= {name: MIDNIGHT.sub("", cells[name]) for name in DAYS if name in cells}
    return said | {name: words(cells[name]) for name in LISTS if name in cells}


def words(cell: str) -> list[str]:
    return cell.replace("|", " ").replace(",", " ").split()


def ability(word: str) -> tuple[str, Any]:
    """Read `code`, `code=yes` or `code=no`."""
    code, _, can = word.partition("=")
    return code, yes_or_no(can or "yes")


def yes_or_no(word: str) -> bool | str:
    """Give what a word says; the word itself where it is neither, for the body to refuse."""
    return WORDS.get(word.casefold(), word)
