"""HTTP in: a network's report, for everybody; a member's, for itself and the coordinator."""

from asyncio import to_thread
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from followup import pages
from followup.queries import access, people
from followup.queries import reports as queries
from followup.reports import CommitmentFigures, MemberReport, NetworkReport
from shared import clock
from shared.access import Calling, bearer, calling
from shared.answers import Once
from shared.database import Tx
from shared.machines import NotFound

router = APIRouter(prefix="/networks/{network}", route_class=Once, tags=["reports"])

FIRST_DAY = date(2000, 1, 1)

Language = Annotated[Literal["sv", "en"], Query(description="The language of the page.")]
ByTheEndOf = Annotated[
    date | None, Query(alias="day", description="As it stood on that day; without it, as told.")
]


async def asked_day(tx: Tx, day: ByTheEndOf = None) -> date | None:
    """Give the day that was asked for: not one to come, not one before there was anything."""
    if day and not FIRST_DAY <= day <= await clock.today(tx):
        text = f"Ask for a day from {FIRST_DAY} until today."
        raise RequestValidationError([{"loc": ("query", "day"), "type": "range", "msg": text}])
    return day


Asked = Annotated[date | None, Depends(asked_day)]


async def known_as_staff(request: Request, credentials: bearer) -> bool:
    """Tell whether the coordinator asks: who has no token, or one for elsewhere, may ask too."""
    try:
        return bool(credentials) and access.is_staff(await calling(request, credentials))
    except NotFound:
        return False


KnownAsStaff = Annotated[bool, Depends(known_as_staff)]


async def networks_report(network: str, tx: Tx, asked: Asked, staff: KnownAsStaff) -> NetworkReport:
    return await queries.network_report(tx, network, asked, any_day=staff)


async def members_report(
    network: str, membership_id: UUID, tx: Tx, caller: Calling, asked: Asked
) -> MemberReport:
    member = await access.member_for(tx, network, membership_id, caller)
    return await queries.member_report(tx, member, asked, any_day=access.is_staff(caller))


@router.get("/report")
async def network_report(
    report: Annotated[NetworkReport, Depends(networks_report)],
) -> NetworkReport:
    """Report on the network: members and promises, in total, by offer, by sector, by month."""
    return report


@router.get("/report.html", response_class=HTMLResponse)
async def network_page(
    report: Annotated[NetworkReport, Depends(networks_report)], asked: Asked, lang: Language = "sv"
) -> HTMLResponse:
    """Show the network's report as a page that needs no script."""
    return shown(await to_thread(pages.network, report, lang, asked))


@router.get("/report/notices")
async def notices(network: str, tx: Tx, caller: Calling) -> dict[str, int]:
    """Count the network's notices by where they stand, for the coordinator."""
    access.only_staff(caller)
    return dict(await people.notices_in(tx, network))


@router.get("/members/{membership_id}/report")
async def member_report(
    report: Annotated[MemberReport, Depends(members_report)],
) -> MemberReport:
    """Report on one member's promises, to its own organisation and the coordinator."""
    return report


@router.get("/members/{membership_id}/report.html", response_class=HTMLResponse)
async def member_page(
    report: Annotated[MemberReport, Depends(members_report)], asked: Asked, lang: Language = "sv"
) -> HTMLResponse:
    """Show a member's report as a page that needs no script."""
    return shown(await to_thread(pages.member, report, lang, asked))


@router.get("/ledger/commitments/{commitment_id}")
async def commitment(
    network: str, commitment_id: UUID, tx: Tx, caller: Calling, asked: Asked
) -> CommitmentFigures:
    """Show what came of one promise, to its own organisation and the coordinator."""
    found = await access.commitment_for(tx, network, commitment_id, caller)
    return await queries.commitment_figures(tx, found, asked)


def shown(html: str) -> HTMLResponse:
    # Belt and braces: the pages hold no script, and a browser must run none.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})
