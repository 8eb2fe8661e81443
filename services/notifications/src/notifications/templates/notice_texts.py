"""What a notice says to one reader: its texts stand below `notices` by the template's code."""

from dataclasses import dataclass

from notifications.rules.notices import TEMPLATES
from notifications.templates.facts import Facts
from notifications.templates.texts import Networks, unit_name
from shared.texts import Texts


@dataclass(frozen=True, slots=True)
class Said:
    """One notice in the reader's language, as the layouts show it."""

    what: str
    action: str
    tell: str
    until: str
    case: str
    unit: str


def said(template: str, facts: Facts, texts: Texts, networks: Networks) -> Said:
    return Said(
        what=texts.say(f"notices.{template}.what"),
        action=texts.say(f"notices.{template}.action"),
        tell=texts.say(f"notices.{facts.instead_of}.what") if facts.instead_of else "",
        until=until(template, facts, texts),
        case=facts.case,
        unit=facts.unit and unit_name(networks, facts.network, facts.unit, texts.language),
    )


def until(template: str, facts: Facts, texts: Texts) -> str:
    if TEMPLATES[template] == "message":
        return texts.say("until.nothing_asked")
    if facts.act_by is None:
        return texts.say("until.no_day")
    return texts.say("until.day", day=texts.day(facts.act_by))


def because(facts: Facts, texts: Texts) -> str:
    """Return why somebody in this role gets it."""
    return texts.say(f"because.{facts.role}")
