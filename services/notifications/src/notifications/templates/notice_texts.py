"""What a notice says to one reader: its texts stand below `notices` by the template's code."""

from dataclasses import dataclass

from notifications.rules.notice import OUTSIDE
from notifications.rules.notices import TEMPLATES
from notifications.templates.facts import Facts
from notifications.templates.texts import Networks, unit_name
from shared.texts import Texts


@dataclass(frozen=True, slots=True)
class Said:
    """One notice in the reader's language, as the layouts show it."""

    what: str
    action: str
    asks: bool  # for an act, or tells what happens by itself
    tell: str
    until: str
    about: str
    on: str
    case: str
    unit: str


def said(template: str, facts: Facts, texts: Texts, networks: Networks) -> Said:
    return Said(
        what=texts.say(f"notices.{template}.what"),
        action=texts.say(f"notices.{template}.action"),
        asks=TEMPLATES[template] == "task",
        tell=texts.say(f"notices.{facts.instead_of}.what") if facts.instead_of else "",
        until=until(template, facts, texts),
        about=texts.say(f"about.{facts.role}"),
        on=texts.day(facts.on),
        case=facts.case,
        unit=facts.unit and unit_name(networks, facts.network, facts.unit, texts.language),
    )


def until(template: str, facts: Facts, texts: Texts) -> str:
    """Return the last day for what is asked; "" for a message that names none."""
    if TEMPLATES[template] == "message":
        day = facts.act_by and texts.day(facts.act_by)
        return texts.say(f"notices.{template}.until", day=day) if day else ""
    if facts.act_by is None:
        return texts.say("until.no_day")
    return texts.say("until.day", day=texts.day(facts.act_by))


def whom_to_ask(facts: Facts, texts: Texts, networks: Networks) -> str:
    """Return who answers questions of somebody in this role: never a person by name."""
    if facts.role == "participant":
        return texts.say("ask.caseworker")
    if facts.role == "coordinator":
        return texts.say("ask.operators")
    known = networks.get(facts.network)
    if facts.role not in OUTSIDE or known is None or known.contact is None:
        return texts.say("ask.coordinator")
    phone = (known.contact.phone or "").replace(" ", "\N{NO-BREAK SPACE}")
    ways = ", ".join(filter(None, (phone, known.contact.email)))
    return texts.say("ask.network", name=known.contact.name, ways=ways)


def because(facts: Facts, texts: Texts) -> str:
    """Return why somebody in this role gets it."""
    return texts.say(f"because.{facts.role}")
