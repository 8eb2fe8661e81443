"""The page behind a task's link: what is or was asked, why, until when, and whether it is done."""

from datetime import date

from notifications.templates.facts import Facts
from notifications.templates.layouts import STYLE, page_frame
from notifications.templates.notice_texts import BECAUSE, said
from notifications.templates.texts import texts_in

STANDINGS = {
    "acted": "This is done, and nothing more is asked of you here. Thank you!",
    "expired": "The last day is over, and nothing more is asked of you here.",
    "cancelled": "This is no longer needed, and nothing more is asked of you here.",
}
# Whatever became of the mail: she is reading about it now.
WAITING = "This is waiting for you."
LATE = "The day has passed, but this still waits for you."


def page(template: str, language: str, facts: Facts, state: str, today: date) -> str:
    """Write a task's page; `state` is the notice's."""
    texts = texts_in(language)
    waiting = LATE if facts.act_by and facts.act_by < today else WAITING
    notice, waits = said(template, facts, texts), state not in STANDINGS
    without_a_day = facts.act_by is None and not waits
    return page_frame(texts.language).render(
        style=STYLE,
        title=notice.what,
        network=texts.called(facts.network, "network"),
        notice=notice,
        waits=waits,
        until=texts.said("There was no fixed last day.") if without_a_day else notice.until,
        standing="waiting" if waits else state,
        how_it_stands=texts.said(STANDINGS.get(state, waiting)),
        because=texts.said(BECAUSE[facts.role]),
    )


def page_gone(language: str) -> str:
    """Write the page behind a link that leads nowhere: it says nothing of what once was there."""
    texts = texts_in(language)
    title = texts.said("This page isn't here any more")
    return page_frame(texts.language).render(style=STYLE, title=title, network=None, notice=None)
