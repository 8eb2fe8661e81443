"""Files with many people, as a spreadsheet writes them, and what an import of one is answered."""

from typing import Any

from tests.matching.support import people
from tests.matching.support.service import Matching

HEADER = (
    "identity_number;name;language;wants_email;email;phone;address;group;"
    "abilities;offers;schedule;available_from;registered_on"
)

CLEAN = {"encoding": "utf-8", "errors": [], "more_errors": 0}


def row(**differs: str) -> str:
    usual = {"identity_number": people.identity_number(), "name": "Åsa Törnqvist"}
    usual |= {"language": "sv", "wants_email": "ja", "email": "asa@exempel.se"}
    usual |= {"abilities": "skill:kitchen licence:b=nej", "schedule": "mon_am|tue_am"}
    whole = usual | {"offers": "internship", "available_from": "2026-03-09"} | differs
    return ";".join(whole.get(column, "") for column in HEADER.split(";"))


def table(*rows: str) -> bytes:
    return "\r\n".join([HEADER, *rows, ""]).encode()


async def imported(matching: Matching, content: bytes, *, dry_run: bool = False) -> Any:
    path = f"/candidates/import?dry_run={str(dry_run).lower()}"
    return await matching.good("POST", path, "caseworker", content)


async def names(matching: Matching) -> list[str]:
    """Give everybody's name, in the order in which they came."""
    found = (await matching.good("GET", "/candidates", "caseworker"))["candidates"]
    return [(await people.file(matching, one["candidate_ref"]))["name"] for one in found]
