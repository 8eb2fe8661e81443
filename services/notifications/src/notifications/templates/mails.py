"""Mails: one notice with its link, or several messages in one."""

from collections.abc import Sequence

from notifications.rules.notices import TEMPLATES
from notifications.templates.facts import Facts, Rendered
from notifications.templates.layouts import html_frame, text_frame
from notifications.templates.notice_texts import because, said
from notifications.templates.texts import texts_in
from shared.texts import Texts

Notice = tuple[str, Facts]


def render(template: str, language: str, facts: Facts, link: str | None) -> Rendered:
    """Write one notice's mail."""
    texts = texts_in(language)
    subject = texts.say(
        "mail.subject",
        network=texts.called(facts.network, "network"),
        subject=texts.say(f"notices.{template}.subject"),
        case=facts.case,
    )
    return written(subject, [(template, facts)], texts, link)


def render_many(notices: Sequence[Notice], language: str) -> Rendered:
    """Write several messages of one recipient as one mail; one alone is a mail like any other."""
    if len(notices) == 1:
        [(template, facts)] = notices
        return render(template, language, facts, None)
    texts = texts_in(language)
    network = texts.called(notices[0][1].network, "network")
    subject = texts.count("mail.several", len(notices), network=network)
    return written(subject, notices, texts, None)


def written(subject: str, notices: Sequence[Notice], texts: Texts, link: str | None) -> Rendered:
    _, facts = notices[0]
    network = texts.called(facts.network, "network")
    words = {
        "subject": subject,
        "preheader": texts.say("mail.preheader", network=network),
        "network": network,
        "notices": [said(code, of, texts) for code, of in notices],
        "because": because(facts, texts),
        "asks": any(TEMPLATES[code] == "task" for code, _ in notices),
        "link": link,
    }
    return Rendered(
        subject=subject,
        text=text_frame(texts.language).render(words),
        html=html_frame(texts.language).render(words),
        language=texts.language,
        network=network,
    )
