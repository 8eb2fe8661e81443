"""The texts: the same in every language, and none left over."""

import pytest
from tests.notifications.support.readings import FOLDER
from tests.support.translations import all_is_asked_for, says_the_same_in_all_languages

from notifications.rules.notices import CIRCLES, TEMPLATES
from notifications.templates.texts import texts_in
from shared.texts import LOCALES


def test_every_language_says_the_same_with_the_same_values() -> None:
    says_the_same_in_all_languages(FOLDER)


def test_no_text_is_left_over_or_missing() -> None:
    all_is_asked_for(FOLDER)


@pytest.mark.parametrize("language", LOCALES)
def test_every_notice_and_every_role_has_its_texts(language: str) -> None:
    texts = texts_in(language).texts
    notices = {code.split(".")[1] for code in texts if code.startswith("notices.")}
    roles = {code.partition(".")[2] for code in texts if code.startswith("because.")}

    assert notices == {*TEMPLATES}
    assert roles >= {*CIRCLES}
