"""The page behind a link: no script, every state, and nothing for whoever has no right link."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from tests.notifications.support.readings import (
    BANNED,
    DAYS,
    HAPPENED_ON,
    NETWORKS,
    UNTIL,
    contrast,
    facts,
    plain,
)

from notifications.rules.notice import NOTICE
from notifications.rules.notices import TEMPLATES
from notifications.templates import PAGE_HEADERS, Stands, page, page_gone, page_over
from notifications.templates.texts import texts_in
from shared.texts import LOCALES

TASKS = [code for code, kind in TEMPLATES.items() if kind == "task"]
TO_DO = {"waiting", "sent", "failed", "uncertain"}
ENDED = {
    "acted": "Klart den 1 december 2026: Er underskrift är registrerad. Du behöver inte göra något",
    "expired": "Sista dagen har passerat. Du behöver inte göra något mer här.",
    "cancelled": "Det här behövs inte längre. Du behöver inte göra något mer här.",
}


def at(state: str, today: date = UNTIL) -> Stands:
    """Give a notice that has stood so since 1 December."""
    return Stands(state, date(2026, 12, 1), today)


def read(text: str) -> ET.Element:
    return ET.fromstring(text.removeprefix("<!DOCTYPE html>"))


def words(text: str) -> str:
    return plain(" ".join(read(text).find("body").itertext()))  # type: ignore[union-attr]


@pytest.mark.parametrize(("template", "language"), [*product(TASKS, LOCALES)])
def test_a_page_says_what_why_what_to_do_and_until_when(template: str, language: str) -> None:
    say = texts_in(language).say
    text = words(page(template, language, facts(), at("sent"), NETWORKS))

    for code in ("what", "action"):
        assert say(f"notices.{template}.{code}") in text
    assert say("because.caseworker") in text
    assert say("standing.waiting") in text
    assert DAYS[language] in text
    assert "1a2b3c4d" in text


@pytest.mark.parametrize("state", NOTICE.states)
def test_a_page_says_what_was_asked_until_when_and_how_it_stands_and_asks_only_while_it_waits(
    state: str,
) -> None:
    text = words(page("sign_agreement", "sv", facts(), at(state), NETWORKS))

    assert texts_in("sv").say("notices.sign_agreement.action") in text
    assert f"Sista dag Senast den {DAYS['sv']}." in text
    assert ("Det här skulle göras" in text) == (state in ENDED)
    assert (ENDED.get(state, "Väntar på dig.")) in text
    assert ("Gör så här" in text) == (state in TO_DO)
    assert {*NOTICE.states} == TO_DO | {*ENDED}


@pytest.mark.parametrize("state", NOTICE.states)
def test_a_task_whose_day_has_passed_still_waits_and_says_so(state: str) -> None:
    text = words(
        page("sign_agreement", "sv", facts(), at(state, UNTIL + timedelta(days=1)), NETWORKS)
    )

    late = "Sista dagen har passerat, men det här väntar fortfarande på dig."
    assert (late in text) == (state in TO_DO)
    assert "Väntar på dig." not in text


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_is_well_formed_and_runs_and_fetches_nothing(language: str) -> None:
    for text in (
        page("sign_agreement", language, facts(), at("sent"), NETWORKS),
        page_gone(language),
        page_over(language, UNTIL),
    ):
        root = read(text)
        names = {tag.tag for tag in root.iter()}
        assert (root.get("lang"), root.get("dir")) == (language, "ltr")
        assert not names & {"script", "img", "link", "iframe", "form", "object"}
        assert not [tag for tag in root.iter() if any(name.startswith("on") for name in tag.attrib)]
        assert not [tag for tag in root.iter() if "style" in tag.attrib]
        assert "http" not in text
        assert len([*root.iter("h1")]) == 1
        assert root.findtext("head/title") == root.findtext("body/main/h1")
        viewport = root.find("head/meta[@name='viewport']")
        assert viewport is not None
        assert viewport.get("content") == "width=device-width, initial-scale=1"


def test_the_browser_takes_our_style_and_nothing_else() -> None:
    style = (
        read(page("sign_agreement", "sv", facts(), at("sent"), NETWORKS)).findtext("head/style")
        or ""
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = PAGE_HEADERS["Content-Security-Policy"]

    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert PAGE_HEADERS["Referrer-Policy"] == "no-referrer"  # the address of a page opens it
    assert PAGE_HEADERS["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_that_is_gone_says_nothing_of_what_was_there(language: str) -> None:
    text = words(page_gone(language))

    assert "Jobbpakten" not in text
    assert "1a2b" not in text
    assert page_gone("syr") == page_gone("sv")


@pytest.mark.parametrize(("template", "language"), [*product(TASKS, LOCALES)])
def test_a_page_says_what_was_recorded_when_for_whom_and_whom_to_ask(
    template: str, language: str
) -> None:
    say = texts_in(language).say
    text = words(page(template, language, facts(), at("acted"), NETWORKS))

    assert say(f"notices.{template}.done") in text
    assert {"sv": "1 december 2026", "en": "1 December 2026"}[language] in text
    assert say("about.caseworker") in text
    assert say("ask.coordinator") in text
    assert HAPPENED_ON[language] in text


@pytest.mark.parametrize("language", LOCALES)
def test_a_link_that_is_over_says_until_when_it_could_be_opened_and_nothing_else(
    language: str,
) -> None:
    text = words(page_over(language, UNTIL))

    assert DAYS[language] in text
    assert texts_in(language).say("over.what_to_do") in text
    assert "Jobbpakten" not in text


def test_no_page_holds_a_word_that_tells_on_somebody_or_threatens() -> None:
    for language, template, state in product(LOCALES, TASKS, NOTICE.states):
        text = words(page(template, language, facts(), at(state), NETWORKS)).lower()
        assert [word for word in BANNED[language].split() if word in text] == []


def test_colours_can_be_told_apart() -> None:
    style = read(page_gone("sv")).findtext("head/style") or ""
    colours = dict(re.findall(r"--(\w+): (#\w+);", style))
    colours["paper"] = "#ffffff"

    for ink, paper in product(("ink", "soft", "accent"), ("paper", "mild")):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)


@pytest.mark.parametrize("state", NOTICE.states)
def test_what_is_over_had_no_last_day_and_what_waits_has_none(state: str) -> None:
    text = words(page("sign_agreement", "en", facts(act_by=None), at(state), NETWORKS))

    assert ("There was no fixed last day." in text) == (state in ENDED)
    assert ("As soon as it suits you is fine." in text) == (state in TO_DO)


def test_a_page_says_what_was_to_be_told_once_it_is_told() -> None:
    to_tell = replace(facts(), instead_of="answer_request")
    text = words(page("tell_her_yourself", "en", to_tell, at("acted"), NETWORKS))

    assert f"What was to be told {texts_in('en').say('notices.answer_request.what')}" in text


def test_a_task_without_a_day_and_without_a_unit_has_its_page() -> None:
    bare = facts(act_by=None)
    text = words(page("sign_agreement", "en", bare, at("sent"), NETWORKS))

    assert "There is no fixed last day." in text
    assert DAYS["en"] not in text
