"""What mails and pages say, in the language of whoever reads them: `sv.yaml`, `en.yaml`."""

from functools import cache
from pathlib import Path

from shared.texts import LOCALES, Texts

FALLBACK = "sv"


def texts_in(language: str) -> Texts:
    """Return the language's texts; Swedish for one that nobody has translated to yet."""
    base = language.partition("-")[0].lower()
    return read(base if base in LOCALES else FALLBACK)


@cache
def read(language: str) -> Texts:
    return Texts(language, Path(__file__).parent)
