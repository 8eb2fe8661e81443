"""What mails and pages say in each language: sentences, names of codes, and days.

English sentences stand in notice_texts.yaml and in the layouts. Other languages, and the names of
codes, are gettext catalogues beside this file, compiled when first needed.
"""

from datetime import date
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = {"sv": "sv_SE", "en": "en_GB"}
FALLBACK = "sv"


class Texts:
    """One language's way of saying things."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(LOCALES[language])
        self.direction: str = self.locale.text_direction.lower()
        self.catalogue = catalogue(language)

    def said(self, sentence: str) -> str:
        return self.catalogue.gettext(sentence)

    def called(self, code: str, of: str) -> str:
        """Give the name of a code, such as a unit's; a new one reads well enough."""
        plain = code.replace("_", " ").replace("-", " ").capitalize()
        named = self.catalogue.pgettext(of, code)
        return plain if named == code else named

    def day(self, day: date) -> str:
        return format_date(day, "long", locale=self.locale)


def texts_in(language: str) -> Texts:
    """Give the language's texts; Swedish for one that nobody has translated to yet."""
    base = language.partition("-")[0].lower()
    return read(base if base in LOCALES else FALLBACK)


@cache
def read(language: str) -> Texts:
    return Texts(language)


def catalogue(language: str) -> GNUTranslations:
    compiled = BytesIO()
    with Path(__file__).with_name(f"{language}.po").open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
