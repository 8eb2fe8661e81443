"""The page behind a task's link: what is or was asked, why, until when, and whether it is done."""

from datetime import date
from typing import NamedTuple

from notifications.rules.notice import ENDED
from notifications.templates.facts import Facts
from notifications.templates.layouts import STYLE, page_frame
from notifications.templates.notice_texts import because, said, whom_to_ask
from notifications.templates.texts import Networks, network_name, texts_in
from shared.texts import Texts


class Stands(NamedTuple):
    """Where the notice stands, since when, and today."""

    state: str
    since: date
    today: date


def page(template: str, language: str, facts: Facts, stands: Stands, networks: Networks) -> str:
    """Write a task's page.

    While it waits, whatever became of the mail is nothing to its reader, who reads about it now.
    """
    texts = texts_in(language)
    notice, waits = said(template, facts, texts, networks), stands.state not in ENDED
    without_a_day = facts.act_by is None and not waits
    return page_frame(texts.language).render(
        style=STYLE,
        title=notice.what,
        network=network_name(networks, facts.network),
        notice=notice,
        waits=waits,
        until=texts.say("until.had_no_day") if without_a_day else notice.until,
        standing="waiting" if waits else stands.state,
        how_it_stands=how_it_stands(template, facts, stands, texts),
        because=because(facts, texts),
        ask=whom_to_ask(facts, texts, networks),
    )


def how_it_stands(template: str, facts: Facts, stands: Stands, texts: Texts) -> str:
    if stands.state == "acted":
        done, day = texts.say(f"notices.{template}.done"), texts.day(stands.since)
        return texts.say("standing.acted", day=day, done=done)
    if stands.state in ENDED:
        return texts.say(f"standing.{stands.state}")
    late = facts.act_by is not None and facts.act_by < stands.today
    return texts.say("standing.late" if late else "standing.waiting")


def page_gone(language: str) -> str:
    """Write the page behind a link that leads nowhere: it says nothing of what once was there."""
    texts = texts_in(language)
    words = [texts.say("gone.why"), texts.say("gone.what_to_do")]
    return without_a_notice(texts, texts.say("gone.title"), words)


def page_over(language: str, last_day: date) -> str:
    """Write the page behind a link of ours that is too old: until when it could be opened."""
    texts = texts_in(language)
    words = [texts.say("over.why", day=texts.day(last_day)), texts.say("over.what_to_do")]
    return without_a_notice(texts, texts.say("over.title"), words)


def without_a_notice(texts: Texts, title: str, words: list[str]) -> str:
    frame = page_frame(texts.language)
    return frame.render(style=STYLE, title=title, network=None, notice=None, words=words)
