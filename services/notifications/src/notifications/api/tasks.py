"""The page behind a mail's link: what is asked, why, until when, and whether it is done.

Whoever has the link sees it; it shows nothing that the mail didn't.
"""

from datetime import date, timedelta

import structlog
from babel import negotiate_locale
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from notifications import queries
from notifications.commands.link import read_link
from notifications.commands.parts import part_of
from notifications.models import Notice, Recipient
from notifications.settings import Settings
from notifications.templates import (
    FALLBACK,
    PAGE_HEADERS,
    Networks,
    Stands,
    page,
    page_gone,
    page_over,
)
from shared.database import Tx
from shared.logs import describe
from shared.texts import LOCALES
from shared.time import clock

log = structlog.get_logger()

router = APIRouter(tags=["tasks"])


@router.get("/t/{token}", response_class=HTMLResponse)
async def show_task(token: str, request: Request, tx: Tx) -> HTMLResponse:
    """Show a task to whoever has its link: 410 for one of ours that is over, 404 for no link."""
    settings: Settings = request.app.state.settings
    today, link = await clock.today(tx), read_link(settings, token)
    if link and link.ends_before <= today:
        words = page_over(language_of(request), link.ends_before - timedelta(days=1))
        return HTMLResponse(words, 410, PAGE_HEADERS)
    found = await queries.notice_sent(tx, link.notice_id) if link else None
    if link is None or found is None:
        return gone(request)
    try:
        return HTMLResponse(shown(settings, tx.networks, today, *found), headers=PAGE_HEADERS)
    # Another release's template, or a code that is none: nothing that she could mend.
    except (KeyError, ValueError) as error:
        log.error("page_unwritable", key=str(link.notice_id), error=describe(error))  # noqa: TRY400 - never its text
        return gone(request)


def gone(request: Request) -> HTMLResponse:
    return HTMLResponse(page_gone(language_of(request)), 404, PAGE_HEADERS)


def language_of(request: Request) -> str:
    """Give the language that the browser asks for: a dead link doesn't say whose it was."""
    asked = ",".join(request.headers.getlist("accept-language")).split(",")
    wanted = [one.partition(";")[0].strip() for one in asked]
    return negotiate_locale(wanted, [*LOCALES], sep="-") or FALLBACK


def shown(
    settings: Settings, networks: Networks, today: date, notice: Notice, recipient: Recipient
) -> str:
    part = part_of(settings, notice)
    stands = Stands(notice.state, notice.since, today)
    return page(part.template, recipient.language, part.facts, stands, networks)
