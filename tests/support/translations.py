"""What holds for every folder of texts: all languages say the same, and all of it is asked for."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel import Locale

from shared.texts import LOCALES, Texts

ASKED = re.compile(r"""\b(?:say|count)\(\s*f?["']([a-z_.{}\[\]]+)["']""")
A_VALUE = re.compile(r"\{[^}]+\}")
SOURCES = {".py", ".html", ".txt", ".mjml"}


def values_in(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def says_the_same_in_all_languages(folder: Path) -> None:
    """Assert that each language has each text, with the same values, and each form of a number."""
    said = {language: dict(meant(Texts(language, folder))) for language in LOCALES}
    first, *others = said.values()
    assert len(first) > 20
    for other in others:
        assert other == first


def meant(texts: Texts) -> Iterator[tuple[str, frozenset[str]]]:
    """Give each code with its values; those of a number's forms once."""
    forms = {*Locale.parse(LOCALES[texts.language]).plural_form.tags, "other"}
    counted = {code.rpartition(".")[0] for code in texts.texts if code.endswith(".other")}
    for code in counted:
        said = [texts.texts[f"{code}.{form}"] for form in forms]
        [values] = {values_in(text) for text in said}
        yield code, values
    for code, text in texts.texts.items():
        if code.rpartition(".")[0] not in counted:
            yield code, values_in(text)


def all_is_asked_for(folder: Path) -> None:
    """Assert that sources ask for what there is, and for nothing else."""
    files = [path for path in folder.rglob("*") if path.suffix in SOURCES]
    asked = {code for path in files for code in ASKED.findall(path.read_text())}
    ways = [re.compile(A_VALUE.sub("[a-z_]+", one.replace(".", "[.]"))) for one in asked]
    known = {code for code, _ in meant(Texts("sv", folder))}
    assert [code for code in known if not any(way.fullmatch(code) for way in ways)] == []
    assert [way.pattern for way in ways if not any(map(way.fullmatch, known))] == []
