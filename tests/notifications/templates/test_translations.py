"""The catalogues: every sentence has its Swedish, every unit its name, and none is left over."""

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from tests.notifications.support.readings import FOLDER, UNITS, catalogue
from tests.support.catalogues import check_values

from notifications.templates import BECAUSE, TEMPLATES
from notifications.templates.pages import LATE, STANDINGS, WAITING
from notifications.templates.texts import LOCALES


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


def test_a_translation_names_the_same_values_as_its_sentence() -> None:
    check_values(catalogue("sv"))


@pytest.mark.parametrize("language", LOCALES)
def test_every_unit_has_its_name(language: str) -> None:
    names = catalogue(language)

    assert [unit for unit in UNITS if not (names.get(unit, "unit") or names).string] == []
