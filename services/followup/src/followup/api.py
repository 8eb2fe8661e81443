"""HTTP in: a network's report, for everybody; a member's, for itself and the coordinator."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from followup import pages, queries
from followup.reports import CommitmentFigures, MemberReport, NetworkReport
from shared import clock
from shared.access import Calling
from shared.answers import Once
from shared.database import Tx

router = APIRouter(prefix="/networks/{network}", route_class=Once, tags=["reports"])

Language = Annotated[Literal["sv", "en"], Query(description="The language of the page.")]
ByTheEndOf = Annotated[
    date | None, Query(alias="day", description="As it stood on that day; without it, as told.")
]


async def asked_day(tx: Tx, day: ByTheEndOf = None) -> date | None:
    """Give the day that was asked for; what is to come nobody knows."""
    if day and day > await clock.today(tx):
        wrong = {"loc": ("query", "day"), "type": "to_come", "msg": "That day is still to come."}
        raise RequestValidationError([wrong])
    return day


Asked = Annotated[date | None, Depends(asked_day)]


@router.get("/report")
async def network_report(network: str, tx: Tx, asked: Asked) -> NetworkReport:
    """Report on the network: members and promises, in total, by offer, by sector, by month."""
    return await queries.network_report(tx, network, asked)


@router.get("/report.html", response_class=HTMLResponse)
async def network_page(network: str, tx: Tx, asked: Asked, lang: Language = "sv") -> HTMLResponse:
    """Show the network's report as a page that needs no script."""
    return page(pages.network(await queries.network_report(tx, network, asked), lang))


@router.get("/members/{membership_id}/report")
async def member_report(
    network: str, membership_id: UUID, tx: Tx, caller: Calling, asked: Asked
) -> MemberReport:
    """Report on one member's promises, to its own organisation and the coordinator."""
    member = await queries.member_for(tx, network, membership_id, caller)
    return await queries.member_report(tx, member, asked)


@router.get("/members/{membership_id}/report.html", response_class=HTMLResponse)
async def member_page(
    network: str, membership_id: UUID, tx: Tx, caller: Calling, asked: Asked, lang: Language = "sv"
) -> HTMLResponse:
    """Show a member's report as a page that needs no script."""
    member = await queries.member_for(tx, network, membership_id, caller)
    return page(pages.member(await queries.member_report(tx, member, asked), lang))


@router.get("/ledger/commitments/{commitment_id}")
async def commitment(
    network: str, commitment_id: UUID, tx: Tx, caller: Calling, asked: Asked
) -> CommitmentFigures:
    """Show what came of one promise, to its own organisation and the coordinator."""
    found = await queries.commitment_for(tx, network, commitment_id, caller)
    return await queries.commitment_figures(tx, found, asked)


def page(html: str) -> HTMLResponse:
    # Belt and braces: the pages hold no script, and a browser must run none.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})
