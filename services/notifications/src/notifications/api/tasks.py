"""The page behind a mail's link: what is asked, why, until when, and whether it is done.

Whoever has the link sees it; it shows nothing that the mail didn't.
"""

from datetime import date

import structlog
from babel import negotiate_locale
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from notifications import queries
from notifications.commands.link import notice_behind
from notifications.commands.parts import part_of
from notifications.models import Notice, Recipient
from notifications.settings import Settings
from notifications.templates import FALLBACK, PAGE_HEADERS, Networks, page, page_gone
from shared.database import Tx
from shared.logs import describe
from shared.texts import LOCALES
from shared.time import clock

log = structlog.get_logger()

router = APIRouter(tags=["tasks"])


@router.get("/t/{token}", response_class=HTMLResponse)
async def show_task(token: str, request: Request, tx: Tx) -> HTMLResponse:
    """Show a task to whoever has its link; an old link and none of ours look alike."""
    settings: Settings = request.app.state.settings
    today = await clock.today(tx)
    notice_id = notice_behind(settings, token, today)
    found = await queries.notice_sent(tx, notice_id) if notice_id else None
    if found is None:
        return gone(request)
    try:
        return HTMLResponse(shown(settings, tx.networks, today, *found), headers=PAGE_HEADERS)
    # Another release's template, or a code that is none: nothing that she could mend.
    except (KeyError, ValueError) as error:
        log.error("page_unwritable", key=str(notice_id), error=describe(error))  # noqa: TRY400 - never its text
        return gone(request)


def gone(request: Request) -> HTMLResponse:
    """Answer in a language that her browser asks for: a dead link doesn't say whose it was."""
    asked = ",".join(request.headers.getlist("accept-language")).split(",")
    wanted = [one.partition(";")[0].strip() for one in asked]
    language = negotiate_locale(wanted, [*LOCALES], sep="-") or FALLBACK
    return HTMLResponse(page_gone(language), 404, PAGE_HEADERS)


def shown(
    settings: Settings, networks: Networks, today: date, notice: Notice, recipient: Recipient
) -> str:
    part = part_of(settings, notice)
    return page(part.template, recipient.language, part.facts, notice.state, today, networks)
