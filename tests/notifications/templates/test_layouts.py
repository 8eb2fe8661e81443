"""What stands around a mail's words: sound HTML that fetches nothing and that anybody can read."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError
from tests.notifications.support.readings import (
    EVERY,
    LINK,
    NETWORKS,
    Read,
    contrast,
    facts,
    facts_of,
)

from notifications.templates import render
from notifications.templates.layouts import environment, html_frame
from notifications.templates.texts import texts_in


def test_a_missing_word_is_an_error_and_nothing_else_can_be_reached() -> None:
    frames = environment(texts_in("sv"), escapes=True)

    with pytest.raises(UndefinedError):
        frames.from_string("{{ person }}").render()
    with pytest.raises(SecurityError):
        frames.from_string("{{ ''.__class__.__mro__ }}").render()
    with pytest.raises(KeyError):
        render("no_such_notice", "sv", facts(), LINK, NETWORKS)
    with pytest.raises(KeyError):
        render("sign_agreement", "sv", facts("passer_by"), LINK, NETWORKS)


def test_a_link_is_escaped_where_it_stands_in_html() -> None:
    mail = render("sign_agreement", "sv", facts(), 'https://x.example/"><script>', NETWORKS)

    assert "<script" not in mail.html


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_the_html_is_sound_and_fetches_nothing(template: str, language: str) -> None:
    mail = render(template, language, facts_of(template), LINK, NETWORKS)
    read = Read(mail.html)
    tags = [name for name, _ in read.tags]
    page = next(attributes for name, attributes in read.tags if name == "html")

    assert (page["lang"], page["dir"]) == (language, "ltr")
    assert not {"script", "img", "link", "iframe", "form", "object"} & {*tags}
    assert not [one for _, attributes in read.tags for one in attributes if one.startswith("on")]
    assert mail.html.count("<h1") == 1
    assert "url(" not in mail.html
    assert "@import" not in mail.html
    assert {tag["role"] for name, tag in read.tags if name == "table"} == {"presentation"}
    assert len(mail.html) < 100_000  # above that one large provider cuts a mail off


def test_what_shows_beside_the_subject_says_only_whom_it_is_from() -> None:
    read = Read(render("answer_request", "sv", facts("participant"), LINK, NETWORKS).html)
    hidden = [words for words in read.words if words.startswith("Ett meddelande")]

    assert hidden == ["Ett meddelande från Jobbpakten"]


def test_colours_can_be_told_apart() -> None:
    pairs = [("#16212b", "#ffffff"), ("#4d5b68", "#ffffff"), ("#4d5b68", "#eef2f5")]
    pairs += [("#003f6b", "#ffffff"), ("#ffffff", "#003f6b")]
    html = render("sign_agreement", "sv", facts(), LINK, NETWORKS).html

    assert {*re.findall("#[0-9a-f]{6}", html)} == {colour for pair in pairs for colour in pair}
    for pair in pairs:
        assert contrast(*pair) >= 4.5, pair


def test_a_language_from_right_to_left_begins_at_the_right() -> None:
    arabic: Any = SimpleNamespace(language="ar", direction="rtl", say=texts_in("sv").say)
    frames = environment(arabic, escapes=True)

    assert frames.from_string("{{ direction }} {{ start }}").render() == "rtl right"


def test_a_frame_is_made_once() -> None:
    assert html_frame("sv") is html_frame("sv")
