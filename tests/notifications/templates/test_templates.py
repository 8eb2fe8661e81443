"""What mails say: all that they have to, in every language, and nothing that they may not."""

import re
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.notifications.support.readings import (
    BANNED,
    DATED,
    DAYS,
    EVERY,
    HAPPENED,
    HAPPENED_ON,
    LINK,
    NETWORKS,
    ROLES,
    UNITS,
    Read,
    facts,
    facts_of,
    plain,
    words_of,
)

from notifications.rules.notices import TEMPLATES
from notifications.templates import Facts, render, render_many
from notifications.templates.texts import texts_in
from shared.texts import LOCALES

CASES = {"sv": "ärende 1a2b3c4d", "en": "case 1a2b3c4d"}


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_mail_says_what_why_what_to_do_until_when_and_where(template: str, language: str) -> None:
    say = texts_in(language).say
    mail = render(template, language, facts_of(template), LINK, NETWORKS)

    for text in (plain(mail.text), plain(" ".join(Read(mail.html).words))):
        for code in ("what", "action"):
            assert say(f"notices.{template}.{code}") in text
        assert say("because.caseworker") in text
        assert "1a2b3c4d" in text
        assert UNITS["jobbcenter_gottsunda"].said_in(language) in text
        assert (DAYS[language] in text) == (template in DATED)
        assert HAPPENED_ON[language] in text
        assert say("ask.coordinator") in text
        assert (say("heads.to_do").lower() in text.lower()) == (TEMPLATES[template] == "task")
        assert (say("heads.until").lower() in text.lower()) == (template in DATED)
        assert (say("mail.ignore") in text) == (TEMPLATES[template] == "task")
    assert f"\n{LINK}\n" in mail.text
    assert [tag["href"] for name, tag in Read(mail.html).tags if name == "a"] == [LINK]


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_subject_names_the_network_and_the_case_and_nobody(template: str, language: str) -> None:
    mail = render(template, language, facts_of(template), LINK, NETWORKS)
    subject = texts_in(language).say(f"notices.{template}.subject")

    assert mail.subject == f"Jobbpakten: {subject} ({CASES[language]})"
    assert len(mail.subject) <= 100


@pytest.mark.parametrize("language", LOCALES)
def test_no_mail_holds_a_word_that_tells_on_somebody_or_threatens(language: str) -> None:
    for template, role in product(TEMPLATES, ROLES):
        words = words_of(
            render(template, language, facts_of(template, role), LINK, NETWORKS)
        ).lower()
        assert [word for word in BANNED[language].split() if word in words] == [], template


@pytest.mark.parametrize(("template", "language"), EVERY)
def test_a_mail_holds_its_sentences_and_the_facts_and_nothing_else(
    template: str, language: str
) -> None:
    texts = texts_in(language)
    mail = render(template, language, facts_of(template), LINK, NETWORKS)
    known = [*texts.texts.values(), LINK, "1a2b3c4d", "Jobbpakten"]
    known += [DAYS[language], HAPPENED_ON[language]]
    known += [part for text in known for part in re.split(r"\{\w+\}", text)]
    known += [unit.said_in(language) for unit in UNITS.values()]

    left = words_of(mail).lower()
    for text in sorted((plain(one).lower() for one in known), key=len, reverse=True):
        left = left.replace(text, " ") if len(text) > 1 else left

    assert re.sub(r"[\W_]+", "", left) == ""


@given(st.text(max_size=80), st.sampled_from(["network", "case", "unit", "role"]))
def test_a_fact_is_a_code_or_isnt_taken(text: str, field: str) -> None:
    good = {"network": "jobbpakten", "case": "1a2b3c4d", "unit": "", "role": "decider"}
    try:
        Facts(**{**good, field: text}, act_by=None, on=HAPPENED)
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
            Facts(**{**good, field: canary}, act_by=None, on=HAPPENED)


def test_a_template_sees_seven_facts() -> None:
    assert [one.name for one in fields(Facts)] == [
        "network",
        "case",
        "unit",
        "act_by",
        "role",
        "on",
        "instead_of",
    ]


@pytest.mark.parametrize("language", LOCALES)
def test_messages_are_told_in_one_mail_each_with_its_case(language: str) -> None:
    other = Facts("jobbpakten", "deadbeef", "", None, "contact_person", HAPPENED)
    mail = render_many([("place_paused", other), ("agreement_in_force", other)], language, NETWORKS)
    texts = texts_in(language)

    for text in (plain(mail.text), plain(" ".join(Read(mail.html).words))):
        assert texts.say("notices.place_paused.what") in text
        assert texts.say("notices.agreement_in_force.what") in text
        assert text.count("deadbeef") == 2
    assert mail.subject.startswith("Jobbpakten: 2 me")
    assert "http" not in mail.text
    assert not [name for name, _ in Read(mail.html).tags if name == "a"]


def test_one_message_alone_is_a_mail_like_any_other() -> None:
    paused = facts_of("place_paused")
    alone = render_many([("place_paused", paused)], "sv", NETWORKS)

    assert alone == render("place_paused", "sv", paused, None, NETWORKS)


def test_nothing_stands_twice_word_for_word_in_a_mail() -> None:
    paused = facts_of("place_paused", "contact_person")
    same = [("place_paused", paused)] * 2
    assert render_many(same, "sv", NETWORKS) == render("place_paused", "sv", paused, None, NETWORKS)

    later = replace(paused, on=HAPPENED + timedelta(days=1))
    elsewhere = replace(paused, case="deadbeef")
    mail = render_many(
        [*same, ("place_paused", later), ("place_paused", elsewhere)], "sv", NETWORKS
    )
    assert mail.subject.startswith("Jobbpakten: 3 me")
    cards = mail.text.split("- - -")
    assert len(cards) == len({*cards}) == 3


@pytest.mark.parametrize("language", LOCALES)
def test_the_mail_after_a_refusal_says_until_when_a_review_may_be_asked_for_and_of_whom(
    language: str,
) -> None:
    refused = facts_of("application_rejected", "signatory")
    mail = render("application_rejected", language, refused, None, NETWORKS)
    contact = NETWORKS["jobbpakten"].contact

    assert contact
    assert contact.phone
    for text in (plain(mail.text), plain(" ".join(Read(mail.html).words))):
        day = DAYS[language]
        assert texts_in(language).say("notices.application_rejected.until", day=day) in text
        assert contact.phone in text
        assert contact.email in text


@pytest.mark.parametrize("role", ROLES)
def test_a_mail_says_whom_it_concerns_and_whom_to_ask(role: str) -> None:
    say = texts_in("sv").say
    text = plain(render("place_paused", "sv", facts_of("place_paused", role), None, NETWORKS).text)
    asked = {"participant": "Kontakta din handläggare.", "coordinator": say("ask.operators")}
    outside = "Kontakta Uppsala kommun: 018-727 00 00, uppsala.kommun@uppsala.se."
    asked |= dict.fromkeys(("signatory", "contact_person"), outside)
    assert f"Gäller: {say(f'about.{role}')}" in text
    assert asked.get(role, say("ask.coordinator")) in text


def test_a_network_that_names_no_contact_has_a_coordinator() -> None:
    unnamed = {"jobbpakten": NETWORKS["jobbpakten"].model_copy(update={"contact": None})}
    for networks in (unnamed, {}):
        mail = render("place_paused", "sv", facts_of("place_paused", "signatory"), None, networks)
        assert "Kontakta samordnaren för nätverket." in mail.text


def test_a_task_without_a_day_says_so() -> None:
    mail = render("sign_agreement", "sv", facts(act_by=None), LINK, NETWORKS)

    assert "Det finns ingen bestämd sista dag." in mail.text


@pytest.mark.parametrize(
    ("asked", "given"), [("sv", "sv"), ("en-GB", "en"), ("SV", "sv"), ("ar", "sv"), ("", "sv")]
)
def test_a_language_that_we_dont_speak_yet_gets_swedish(asked: str, given: str) -> None:
    assert render("sign_agreement", asked, facts(), LINK, NETWORKS).language == given
