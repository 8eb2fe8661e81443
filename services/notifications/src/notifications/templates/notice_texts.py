"""What each notice says: read from notice_texts.yaml by the template's code, for one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from notifications.templates.facts import Facts
from notifications.templates.texts import Texts


@dataclass(frozen=True, slots=True)
class Words:
    """One notice in English: a task asks for an act, a message doesn't."""

    kind: Literal["task", "message"]
    subject: str
    what: str
    action: str


@dataclass(frozen=True, slots=True)
class Said:
    """One notice in the reader's language, as the frames show it."""

    what: str
    action: str
    tell: str
    until: str
    case: str
    unit: str


FILE = yaml.safe_load(Path(__file__).with_name("notice_texts.yaml").read_text(encoding="utf-8"))
TEMPLATES: Mapping[str, Words] = {code: Words(**words) for code, words in FILE["notices"].items()}
BECAUSE: Mapping[str, str] = FILE["because"]


def said(template: str, facts: Facts, texts: Texts) -> Said:
    words = TEMPLATES[template]
    return Said(
        what=texts.said(words.what),
        action=texts.said(words.action),
        tell=texts.said(TEMPLATES[facts.instead_of].what) if facts.instead_of else "",
        until=until(words, facts, texts),
        case=facts.case,
        unit=facts.unit and texts.called(facts.unit, "unit"),
    )


def until(words: Words, facts: Facts, texts: Texts) -> str:
    if words.kind == "message":
        return texts.said("Nothing is asked of you by a certain day.")
    if facts.act_by is None:
        return texts.said("There is no fixed last day. As soon as it suits you is fine.")
    return texts.said("By %(day)s at the latest.") % {"day": texts.day(facts.act_by)}
