"""What people read: texts by their codes, a file for each language, and days as it writes them."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from shared.networks.documents import Strict

LANGUAGES = {"sv": "Svenska", "en": "English"}
# English days as Swedish readers of English expect them: 22 November 2026.
LOCALES = {"sv": "sv_SE", "en": "en_GB"}


class Texts:
    """One language's way of saying things; its texts stand in `<language>.yaml` of a folder.

    A text is called by its place in the file (`mail.subject`) and names its values as `{case}`.
    Below `names` stand names of codes, by what they are codes of.
    """

    def __init__(self, language: str, folder: Path) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES[language])
        self.direction: str = self.locale.text_direction.lower()
        lines = (folder / f"{language}.yaml").read_text(encoding="utf-8")
        said = yaml.load(lines, Strict)  # noqa: S506 - it is a safe loader
        self.names: Mapping[str, Mapping[str, str]] = said.pop("names", {})
        self.texts = dict(flat(said))

    def say(self, code: str, **values: object) -> str:
        """Return a text with its values; KeyError where one of them is missing."""
        return self.texts[code].format(**values)

    def count(self, code: str, number: int, **values: object) -> str:
        """Return a text in the form that the language has for a number, `{number}` filled in."""
        form = f"{code}.{self.locale.plural_form(number)}"
        return self.say(form, number=self.number(number), **values)

    def called(self, code: str, of: str) -> str:
        """Return the name of a code, such as the state `member`; a new one reads well enough."""
        return self.names.get(of, {}).get(code) or plain(code)

    def number(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)


def plain(code: str) -> str:
    """Return a code that nobody has named as people can read it."""
    return code.replace("_", " ").replace("-", " ").capitalize()


def flat(said: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Give each text with the path to it."""
    for name, inner in said.items():
        if isinstance(inner, str):
            yield f"{path}{name}", inner
        else:
            yield from flat(inner, f"{path}{name}.")
