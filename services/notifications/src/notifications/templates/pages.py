"""The page behind a task's link: what is or was asked, why, until when, and whether it is done."""

from datetime import date

from notifications.rules.notice import ENDED
from notifications.templates.facts import Facts
from notifications.templates.layouts import STYLE, page_frame
from notifications.templates.notice_texts import because, said
from notifications.templates.texts import Networks, network_name, texts_in


def page(
    template: str, language: str, facts: Facts, state: str, today: date, networks: Networks
) -> str:
    """Write a task's page; `state` is the notice's.

    While it waits, whatever became of the mail is nothing to her: she is reading about it now.
    """
    texts = texts_in(language)
    notice, waits = said(template, facts, texts, networks), state not in ENDED
    late = facts.act_by is not None and facts.act_by < today
    standing = state if not waits else "late" if late else "waiting"
    without_a_day = facts.act_by is None and not waits
    return page_frame(texts.language).render(
        style=STYLE,
        title=notice.what,
        network=network_name(networks, facts.network),
        notice=notice,
        waits=waits,
        until=texts.say("until.had_no_day") if without_a_day else notice.until,
        standing="waiting" if waits else state,
        how_it_stands=texts.say(f"standing.{standing}"),
        because=because(facts, texts),
    )


def page_gone(language: str) -> str:
    """Write the page behind a link that leads nowhere: it says nothing of what once was there."""
    texts = texts_in(language)
    title = texts.say("gone.title")
    return page_frame(texts.language).render(style=STYLE, title=title, network=None, notice=None)
