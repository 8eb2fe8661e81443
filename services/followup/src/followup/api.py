"""HTTP in: a network's report, for everybody; a member's, for itself and the coordinator."""

from asyncio import to_thread
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse

from followup.folds import Room, Rooms
from followup.pages import Pages
from followup.queries import access, people
from followup.queries import reports as queries
from followup.queries.access import Reading
from followup.queries.counts import last_closed
from followup.reports import CommitmentFigures, MemberReport, NetworkReport
from followup.rules.access import EMPLOYERS, STAFF, is_staff
from shared.database import Database, Tx
from shared.http.access import Calling, bearer, calling
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import Day
from shared.machines import NotFound
from shared.time import clock

router = APIRouter(prefix="/networks/{network}", route_class=IdempotentRoute, tags=["reports"])

BY_THE_END_OF = """As the coordinator saw it on that day; without it, as told until now.
For all others: as of the end of the month before."""

Language = Annotated[Literal["sv", "en"], Query(description="The language of the page.")]
ByTheEndOf = Annotated[Day | None, Query(alias="day", description=BY_THE_END_OF)]


class Days(NamedTuple):
    """Which day it is, and the last month that all but staff may read of."""

    today: date
    latest: date


async def business_days(request: Request, network: str) -> Days:
    """Give the days in a transaction of its own: who waits for a fold must hold no connection."""
    async with request.app.state.database.transaction() as tx:
        today = await clock.today(tx)
        return Days(today, access.latest(today, await last_closed(tx, network)))


KnownDays = Annotated[Days, Depends(business_days)]


async def asked_day(days: KnownDays, day: ByTheEndOf = None) -> date | None:
    """Give the day that was asked for: not one to come."""
    if day and day > days.today:
        text = "Ask for a day until today."
        raise RequestValidationError([{"loc": ("query", "day"), "type": "range", "msg": text}])
    return day


Asked = Annotated[date | None, Depends(asked_day)]


async def known_as_staff(request: Request, credentials: bearer) -> bool:
    """Tell whether the coordinator asks: who has no token, or one for elsewhere, may ask too."""
    try:
        return bool(credentials) and is_staff(await calling(request, credentials))
    except NotFound:
        return False


async def networks_reading(
    request: Request,
    network: str,
    days: KnownDays,
    asked: Asked,
    staff: Annotated[bool, Depends(known_as_staff)],
) -> Reading:
    """Say as of when a known network is read; what isn't there takes nobody's turn."""
    database: Database = request.app.state.database

    async def eve() -> date:
        async with database.transaction() as tx:
            return await access.eve_of(tx, network)

    async with database.transaction() as tx:
        await access.network_for(tx, network)
    since = date.min if staff else await request.app.state.folds.first_days.give(network, eve)
    return access.reading(asked, *days, since, is_staff=staff)


async def members_reading(days: KnownDays, asked: Asked, caller: Calling) -> Reading:
    return access.reading(asked, *days, is_staff=is_staff(caller))


NetworksReading = Annotated[Reading, Depends(networks_reading)]
MembersReading = Annotated[Reading, Depends(members_reading)]


async def room_of(request: Request, reading: NetworksReading, days: KnownDays) -> Room:
    rooms: Rooms = request.app.state.folds
    return rooms.of(is_staff=reading.is_staff, is_past=reading.as_of < days.latest)


SharedRoom = Annotated[Room, Depends(room_of)]


def pages_of(request: Request) -> Pages:
    found: Pages = request.app.state.pages
    return found


Writing = Annotated[Pages, Depends(pages_of)]


async def networks_report(
    request: Request, network: str, reading: NetworksReading, room: SharedRoom
) -> NetworkReport:
    """Give the report that is folded once for all who ask; the coordinator's isn't kept."""
    database: Database = request.app.state.database

    async def folded() -> NetworkReport:
        async with database.transaction() as tx:
            fold = await queries.network_report(tx, network, reading)
        return await to_thread(fold)

    return await room.reports.give((network, reading), folded)


async def members_report(
    network: str, membership_id: UUID, tx: Tx, caller: Calling, reading: MembersReading
) -> MemberReport:
    member = await access.member_for(tx, network, membership_id, caller)
    return await queries.member_report(tx, member, reading)


@router.get("/report")
async def network_report(
    report: Annotated[NetworkReport, Depends(networks_report)],
) -> NetworkReport:
    """Report on the network: members and promises, in total, by offer, by sector, by month."""
    return report


@router.get("/report.html", response_class=HTMLResponse)
async def network_page(
    report: Annotated[NetworkReport, Depends(networks_report)],
    reading: NetworksReading,
    asked: Asked,
    room: SharedRoom,
    pages: Writing,
    lang: Language = "sv",
) -> HTMLResponse:
    """Show the network's report as a page that needs no script."""
    # One page for a month, whichever day of it was asked for.
    linked = asked if reading.is_staff or not asked else reading.as_of + timedelta(days=1)
    written = partial(to_thread, pages.network, report, lang, linked)
    question = (report.network, reading, linked, lang)
    return shown(await room.pages.give(question, written))


@router.get("/report/notices", openapi_extra=may(STAFF))
async def notices(network: str, tx: Tx, caller: Calling) -> dict[str, int]:
    """Count the network's notices by where they stand, for the coordinator."""
    access.only_staff(caller)
    return dict(await people.notices_in(tx, network))


@router.get("/members/{membership_id}/report", openapi_extra=may(STAFF, EMPLOYERS))
async def member_report(
    report: Annotated[MemberReport, Depends(members_report)],
) -> MemberReport:
    """Report on one member's promises, to its own organisation and the coordinator."""
    return report


@router.get(
    "/members/{membership_id}/report.html",
    response_class=HTMLResponse,
    openapi_extra=may(STAFF, EMPLOYERS),
)
async def member_page(
    report: Annotated[MemberReport, Depends(members_report)],
    asked: Asked,
    pages: Writing,
    lang: Language = "sv",
) -> HTMLResponse:
    """Show a member's report as a page that needs no script."""
    return shown(await to_thread(pages.member, report, lang, asked))


@router.get("/ledger/commitments/{commitment_id}", openapi_extra=may(STAFF, EMPLOYERS))
async def commitment(
    network: str, commitment_id: UUID, tx: Tx, caller: Calling, reading: MembersReading
) -> CommitmentFigures:
    """Show what came of one promise, to its own organisation and the coordinator."""
    found = await access.commitment_for(tx, network, commitment_id, caller)
    return await queries.commitment_figures(tx, found, reading)


def shown(html: str) -> HTMLResponse:
    # Belt and braces: the pages hold no script, and a browser must run none.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy})
