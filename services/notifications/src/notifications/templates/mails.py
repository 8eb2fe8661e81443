"""Mails: one notice with its link, or several messages in one."""

from collections.abc import Sequence

from notifications.templates.facts import Facts, Rendered
from notifications.templates.layouts import html_frame, text_frame
from notifications.templates.notice_texts import BECAUSE, TEMPLATES, said
from notifications.templates.texts import Texts, texts_in

Notice = tuple[str, Facts]


def render(template: str, language: str, facts: Facts, link: str | None) -> Rendered:
    """Write one notice's mail."""
    texts = texts_in(language)
    values = {"network": texts.called(facts.network, "network"), "case": facts.case}
    values["subject"] = texts.said(TEMPLATES[template].subject)
    subject = texts.said("%(network)s: %(subject)s (case %(case)s)") % values
    return written(subject, [(template, facts)], texts, link)


def render_many(notices: Sequence[Notice], language: str) -> Rendered:
    """Write several messages of one recipient as one mail; one alone is a mail like any other."""
    if len(notices) == 1:
        [(template, facts)] = notices
        return render(template, language, facts, None)
    texts, count = texts_in(language), len(notices)
    singular, plural = "%(network)s: %(num)s message", "%(network)s: %(num)s messages"
    values = {"network": texts.called(notices[0][1].network, "network"), "num": count}
    subject = texts.catalogue.ngettext(singular, plural, count) % values
    return written(subject, notices, texts, None)


def written(subject: str, notices: Sequence[Notice], texts: Texts, link: str | None) -> Rendered:
    _, facts = notices[0]
    network = texts.called(facts.network, "network")
    words = {
        "subject": subject,
        "preheader": texts.said("A message from %(network)s") % {"network": network},
        "network": network,
        "notices": [said(code, of, texts) for code, of in notices],
        "because": texts.said(BECAUSE[facts.role]),
        "asks": any(TEMPLATES[code].kind == "task" for code, _ in notices),
        "link": link,
    }
    return Rendered(
        subject=subject,
        text=text_frame(texts.language).render(words),
        html=html_frame(texts.language).render(words),
        language=texts.language,
        network=network,
    )
