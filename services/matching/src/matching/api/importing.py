"""Import over HTTP: a caseload as CSV, tried first, then taken as a whole or not at all."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from matching.api.acts import WithCandidates
from matching.api.candidate import NewCandidate
from matching.commands.candidates import imports as commands
from matching.commands.candidates.imports import Line
from matching.commands.candidates.registrations import check_registrar, check_registration
from matching.profiles import Profile
from matching.rules.candidate import CANDIDATE
from matching.rules.table import Fault, Row, read
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.problems import fault
from shared.http.requests import View
from shared.machines import Unfit

NEEDED = ("identity_number", "name", "language")
COLUMNS = (*NewCandidate.model_fields,)
MOST_ERRORS = 100
LISTS = ("offers", "schedule")
WORDS = {
    **dict.fromkeys(("yes", "ja", "true", "sant", "1"), True),
    **dict.fromkeys(("no", "nej", "false", "falskt", "0"), False),
}
FILE = {"type": "string", "examples": ["identity_number,name,language\n198901023286,Åsa,sv\n"]}
CSV = {"requestBody": {"content": {"text/csv": {"schema": FILE}}, "required": True}}

router = APIRouter(prefix="/candidates", tags=["candidates"], route_class=IdempotentRoute)


class FaultView(View):
    """What is the matter in which cell, never what stands there; the header is row 1."""

    row: int
    column: str
    detail: str


class ImportView(View):
    """How many rows there are and how many people were registered: all, or none."""

    rows: int
    registered: int
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
    `available_from`, `registered_on` (`2026-03-09`). Cells part at ; or , and may be quoted; UTF-8
    with or without BOM, or CP1252. At most 1 MB, 100 columns and 2,000 rows. All are registered or,
    with any error, nobody; 409 `cannot_register` where somebody in the file can't be.
    """
    check_registrar(act)
    rows, faults = read(await request.body(), COLUMNS, NEEDED)
    lines = [*lines_of(rows, act.profile, act.on, faults)]
    faults += await commands.faults_of(act, lines)
    good = not faults and not dry_run
    if good:
        await commands.bring_in(act, lines)
    return answered(len(rows), len(lines) if good else 0, faults)


def answered(rows: int, registered: int, faults: list[Fault]) -> ImportView:
    """Name the first faults by row, and say how many more there are."""
    errors = [FaultView(**one._asdict()) for one in sorted(faults)[:MOST_ERRORS]]
    more = len(faults) - len(errors)
    return ImportView(rows=rows, registered=registered, errors=errors, more_errors=more)


def lines_of(rows: list[Row], profile: Profile, today: date, faults: list[Fault]) -> Iterator[Line]:
    """Give the rows that say a person; what is amiss with the others is added to the faults."""
    for row in rows:
        try:
            yield line_of(row, profile, today)
        except ValidationError as error:
            faults += [fault_of(row, one) for one in error.errors()]
        except Unfit as error:
            faults.append(Fault(row.number, error.pointer[1:], str(error)))


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
