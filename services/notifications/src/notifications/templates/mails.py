"""Mails: one notice with its link, or several messages in one."""

from collections.abc import Sequence

from notifications.rules.notices import TEMPLATES
from notifications.templates.facts import Facts, Rendered
from notifications.templates.layouts import html_frame, text_frame
from notifications.templates.notice_texts import because, said, whom_to_ask
from notifications.templates.texts import Networks, network_name, texts_in
from shared.texts import Texts

Notice = tuple[str, Facts]


def render(
    template: str, language: str, facts: Facts, link: str | None, networks: Networks
) -> Rendered:
    """Write one notice's mail, in the words of its network."""
    texts = texts_in(language)
    subject = texts.say(
        "mail.subject",
        network=network_name(networks, facts.network),
        subject=texts.say(f"notices.{template}.subject"),
        case=facts.case,
    )
    return written(subject, [(template, facts)], texts, link, networks)


def render_many(notices: Sequence[Notice], language: str, networks: Networks) -> Rendered:
    """Write several messages of one recipient as one mail; one alone is a mail like any other.

    What would stand there twice, word for word, stands there once.
    """
    notices = [*dict.fromkeys(notices)]
    if len(notices) == 1:
        [(template, facts)] = notices
        return render(template, language, facts, None, networks)
    texts = texts_in(language)
    network = network_name(networks, notices[0][1].network)
    subject = texts.count("mail.several", len(notices), network=network)
    return written(subject, notices, texts, None, networks)


def written(
    subject: str, notices: Sequence[Notice], texts: Texts, link: str | None, networks: Networks
) -> Rendered:
    _, facts = notices[0]
    network = network_name(networks, facts.network)
    words = {
        "subject": subject,
        "preheader": texts.say("mail.preheader", network=network),
        "network": network,
        "notices": [said(code, of, texts, networks) for code, of in notices],
        "because": because(facts, texts),
        "ask": whom_to_ask(facts, texts, networks),
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
