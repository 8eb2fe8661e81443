"""What mails say: all that they have to, in every language, and nothing that they may not."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from notifications import templates
from notifications.rules.notices import INSTEAD, RULES
from notifications.templates import BECAUSE, TEMPLATES, Facts, Rendered, render, render_many
from notifications.templates.frames import environment, html_frame
from notifications.templates.pages import LATE, STANDINGS, WAITING
from notifications.templates.texts import LOCALES, texts_in

FOLDER = Path(templates.__file__).parent
LINK = "https://notiser.example.se/t/abc.def-ghi"
UNTIL = date(2026, 12, 4)
DAYS = {"sv": "4 december 2026", "en": "4 December 2026"}
CASES = {"sv": "ärende 1a2b3c4d", "en": "case 1a2b3c4d"}
UNITS = ["jobbcenter_city", "jobbcenter_gottsunda"]
VOID = {"meta", "br", "img", "hr", "link", "input"}
BANNED = {
    "sv": """bistånd socialtjänst socialbidrag försörjning bidrag diagnos skydd sekretess sjuk hälsa
        psyk missbruk funktionsned arbetslös personnummer klient skuld brott etni religion
        måste annars påföljd straff konsekvens indrag omedelbart varning förlora skyldig""",
    "en": """assistance social welfare benefit diagnos protect secre sick illness health psych
        addict disab unemploy identity client debt crime ethnic religion
        must otherwise penalt sanction consequence immediately warning forfeit oblig""",
}
EVERY = [*product(TEMPLATES, LOCALES)]


def facts(role: str = "caseworker", act_by: date | None = UNTIL) -> Facts:
    return Facts("jobbpakten", "1a2b3c4d", "jobbcenter_gottsunda", act_by, role)


class Read(HTMLParser):
    """A mail's HTML as a client reads it: balanced, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def plain(text: str) -> str:
    return " ".join(text.split())


def words_of(mail: Rendered) -> str:
    return plain(" ".join([mail.subject, mail.text, *Read(mail.html).words]))


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_mail_says_what_why_what_to_do_until_when_and_where(template: str, language: str) -> None:
    words, texts = TEMPLATES[template], texts_in(language)
    mail = render(template, language, facts(), LINK)

    for text in (plain(mail.text), plain(" ".join(Read(mail.html).words))):
        for sentence in (words.what, words.action, BECAUSE["caseworker"]):
            assert texts.said(sentence) in text
        assert "1a2b3c4d" in text
        assert texts.called("jobbcenter_gottsunda", "unit") in text
        assert (DAYS[language] in text) == (words.kind == "task")
        ignore = texts.said("If it is already done you can ignore this mail.")
        assert (ignore in text) == (words.kind == "task")
    assert f"\n{LINK}\n" in mail.text
    assert [tag["href"] for name, tag in Read(mail.html).tags if name == "a"] == [LINK]


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_subject_names_the_network_and_the_case_and_nobody(template: str, language: str) -> None:
    mail = render(template, language, facts(), LINK)
    subject = texts_in(language).said(TEMPLATES[template].subject)

    assert mail.subject == f"Jobbpakten: {subject} ({CASES[language]})"
    assert len(mail.subject) <= 100


@pytest.mark.parametrize("language", LOCALES)
def test_no_mail_holds_a_word_that_tells_on_somebody_or_threatens(language: str) -> None:
    for template, role in product(TEMPLATES, BECAUSE):
        words = words_of(render(template, language, facts(role), LINK)).lower()
        assert [word for word in BANNED[language].split() if word in words] == [], template


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_mail_holds_its_sentences_and_the_facts_and_nothing_else(
    template: str, language: str
) -> None:
    texts = texts_in(language)
    mail = render(template, language, facts(), LINK)
    known = [*sentences(language), LINK, "1a2b3c4d", "Jobbpakten", DAYS[language]]
    known += [part for text in known for part in re.split(r"%\(\w+\)s", text)]
    known += [texts.called(unit, "unit") for unit in UNITS]

    left = words_of(mail).lower()
    for text in sorted((plain(one).lower() for one in known), key=len, reverse=True):
        left = left.replace(text, " ") if len(text) > 1 else left

    assert re.sub(r"[\W_]+", "", left) == ""


def sentences(language: str) -> Iterator[str]:
    for message in catalogue("sv"):
        if message.id and not message.context:
            forms = message.id if message.pluralizable else [message.id]
            yield from forms if language == "en" else map(texts_in("sv").said, forms)


@given(st.text(max_size=80), st.sampled_from(["network", "case", "unit", "role"]))
def test_a_fact_is_a_code_or_isnt_taken(text: str, field: str) -> None:
    good = {"network": "jobbpakten", "case": "1a2b3c4d", "unit": "", "role": "decider"}
    try:
        Facts(**{**good, field: text}, act_by=None)
    except ValueError:
        return
    assert re.fullmatch("[a-z0-9_-]*", text)
    assert text or field == "unit"


@pytest.mark.parametrize(
    "canary", ["Åsa Öberg", "19121212-1212", "asa@example.se", "a811218-9876", "a8112189876"]
)
def test_nobodys_name_number_or_address_is_a_fact(canary: str) -> None:
    for field in ("network", "case", "unit", "role"):
        good = {"network": "jobbpakten", "case": "1a2b3c4d", "unit": "", "role": "decider"}
        with pytest.raises(ValueError, match="doesn't go into a mail"):
            Facts(**{**good, field: canary}, act_by=None)


def test_a_template_sees_six_facts() -> None:
    assert [one.name for one in fields(Facts)] == [
        "network",
        "case",
        "unit",
        "act_by",
        "role",
        "instead_of",
    ]


def test_a_missing_word_is_an_error_and_nothing_else_can_be_reached() -> None:
    frames = environment(texts_in("sv"), escapes=True)

    with pytest.raises(UndefinedError):
        frames.from_string("{{ person }}").render()
    with pytest.raises(SecurityError):
        frames.from_string("{{ ''.__class__.__mro__ }}").render()
    with pytest.raises(KeyError):
        render("no_such_notice", "sv", facts(), LINK)
    with pytest.raises(KeyError):
        render("sign_agreement", "sv", facts("passer_by"), LINK)


def test_a_link_is_escaped_where_it_stands_in_html() -> None:
    mail = render("sign_agreement", "sv", facts(), 'https://x.example/"><script>')

    assert "<script" not in mail.html


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_the_html_is_sound_and_fetches_nothing(template: str, language: str) -> None:
    mail = render(template, language, facts(), LINK)
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
    read = Read(render("answer_request", "sv", facts("participant"), LINK).html)
    hidden = [words for words in read.words if words.startswith("Ett meddelande")]

    assert hidden == ["Ett meddelande från Jobbpakten"]


def test_colours_can_be_told_apart() -> None:
    pairs = [("#16212b", "#ffffff"), ("#4d5b68", "#ffffff"), ("#4d5b68", "#eef2f5")]
    pairs += [("#003f6b", "#ffffff"), ("#ffffff", "#003f6b")]
    html = render("sign_agreement", "sv", facts(), LINK).html

    assert {*re.findall("#[0-9a-f]{6}", html)} == {colour for pair in pairs for colour in pair}
    for pair in pairs:
        assert contrast(*pair) >= 4.5, pair


def contrast(one: str, other: str) -> float:
    """Compute WCAG 2.2's contrast ratio of two colours."""
    brighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("language", LOCALES)
def test_messages_are_told_in_one_mail_each_with_its_case(language: str) -> None:
    other = Facts("jobbpakten", "deadbeef", "", None, "contact_person")
    mail = render_many([("place_paused", other), ("agreement_in_force", other)], language)
    texts = texts_in(language)

    for text in (plain(mail.text), plain(" ".join(Read(mail.html).words))):
        assert texts.said(TEMPLATES["place_paused"].what) in text
        assert texts.said(TEMPLATES["agreement_in_force"].what) in text
        assert text.count("deadbeef") == 2
    assert mail.subject.startswith("Jobbpakten: 2 me")
    assert mail.template == "several"
    assert "http" not in mail.text
    assert not [name for name, _ in Read(mail.html).tags if name == "a"]


def test_one_message_alone_is_a_mail_like_any_other() -> None:
    alone = render_many([("place_paused", facts())], "sv")

    assert alone == render("place_paused", "sv", facts(), None)


def test_a_task_without_a_day_says_so() -> None:
    mail = render("sign_agreement", "sv", facts(act_by=None), LINK)

    assert "Det finns ingen bestämd sista dag." in mail.text


@pytest.mark.parametrize(
    ("asked", "given"), [("sv", "sv"), ("en-GB", "en"), ("SV", "sv"), ("ar", "sv"), ("", "sv")]
)
def test_a_language_that_we_dont_speak_yet_gets_swedish(asked: str, given: str) -> None:
    assert render("sign_agreement", asked, facts(), LINK).language == given


def test_a_language_from_right_to_left_begins_at_the_right() -> None:
    arabic: Any = SimpleNamespace(
        language="ar", direction="rtl", catalogue=texts_in("sv").catalogue
    )
    frames = environment(arabic, escapes=True)

    assert frames.from_string("{{ direction }} {{ start }}").render() == "rtl right"


def test_a_frame_is_made_once() -> None:
    assert html_frame("sv") is html_frame("sv")


def test_the_rules_and_the_words_know_the_same_notices() -> None:
    asked = {(rule.template, rule.kind) for rule in RULES.values()} | {(INSTEAD, "task")}

    assert asked == {(code, words.kind) for code, words in TEMPLATES.items()}
    assert {rule.role for rule in RULES.values()} <= {*BECAUSE}


def catalogue(language: str) -> Any:
    with (FOLDER / f"{language}.po").open("rb") as lines:
        return read_po(lines, locale=language)


def asked_for() -> set[str]:
    """Give every English sentence that words, frames and code can say."""
    jinja = ["**.html", "**.txt", "**.mjml"]
    methods = [*((files, "jinja2.ext:babel_extract") for files in jinja), ("**.py", "python")]
    found = extract_from_dir(
        str(FOLDER),
        methods,
        keywords={**DEFAULT_KEYWORDS, "said": None},
        options_map={files: {"silent": "false"} for files in jinja},
    )
    texts = {message for _, _, message, *_ in found if isinstance(message, str) and message}
    for words in TEMPLATES.values():
        texts |= {words.subject, words.what, words.action}
    counted = "%(network)s: %(num)s message"
    return texts | {*BECAUSE.values(), *STANDINGS.values(), WAITING, LATE, counted}


def test_every_sentence_has_its_swedish_and_none_is_left_over() -> None:
    swedish = catalogue("sv")
    known = {
        message.id[0] if message.pluralizable else message.id
        for message in swedish
        if message.id and not message.context
    }

    assert len(known) > 80
    assert asked_for() == known
    assert [message.id for message in swedish if message.id and not message.string] == []


def named(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\(\w+\)s", text))


def test_a_translation_names_the_same_values_as_its_sentence() -> None:
    for message in catalogue("sv"):
        if message.id and not message.context:
            texts = message.string if message.pluralizable else [message.string]
            source = message.id[-1] if message.pluralizable else message.id
            assert {named(text) for text in texts} == {named(source)}


@pytest.mark.parametrize("language", LOCALES)
def test_every_unit_has_its_name(language: str) -> None:
    names = catalogue(language)

    assert [unit for unit in UNITS if not (names.get(unit, "unit") or names).string] == []
