"""Mails as their readers have them: the facts they tell, their words, links and colours."""

from datetime import date
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

from notifications import templates
from notifications.rules.notices import INSTEAD, RULES, TEMPLATES
from notifications.templates import Facts, Rendered
from notifications.templates.texts import texts_in
from shared.networks import load, shipped
from shared.networks.profiles import NetworkProfile
from shared.texts import LOCALES

FOLDER = Path(templates.__file__).parent
LINK = "https://notiser.example.se/t/abc.def-ghi"
UNTIL, HAPPENED = date(2026, 12, 4), date(2026, 11, 20)
DAYS = {"sv": "4 december 2026", "en": "4 December 2026"}
HAPPENED_ON = {"sv": "20 november 2026", "en": "20 November 2026"}
DATED = {rule.template for rule in RULES.values() if rule.names_a_day} | {INSTEAD}
NETWORKS = load(NetworkProfile, shipped())
UNITS = NETWORKS["jobbpakten"].units
VOID = {"meta", "br", "img", "hr", "link", "input"}
BANNED = {
    "sv": """bistånd socialtjänst socialbidrag försörjning bidrag diagnos skydd sekretess sjuk hälsa
        psyk missbruk funktionsned arbetslös personnummer klient skuld brott etni religion
        måste annars påföljd straff konsekvens indrag omedelbart varning förlora skyldig""",
    "en": """assistance social welfare benefit diagnos protect secre sick illness health psych
        addict disab unemploy identity client debt crime ethnic religion
        must otherwise penalt sanction consequence immediately warning forfeit oblig""",
}
EVERY = [*product(TEMPLATES, LOCALES)]
ROLES = [code.partition(".")[2] for code in texts_in("sv").texts if code.startswith("because.")]


def facts(role: str = "caseworker", act_by: date | None = UNTIL) -> Facts:
    return Facts("jobbpakten", "1a2b3c4d", "jobbcenter_gottsunda", act_by, role, HAPPENED)


def facts_of(template: str, role: str = "caseworker") -> Facts:
    """Give the facts of a notice: with a last day where it names one."""
    return facts(role, UNTIL if template in DATED else None)


class Read(HTMLParser):
    """A mail's HTML as a client reads it: balanced, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


def plain(text: str) -> str:
    return " ".join(text.split())


def words_of(mail: Rendered) -> str:
    return plain(" ".join([mail.subject, mail.text, *Read(mail.html).words]))


def contrast(one: str, other: str) -> float:
    """Compute WCAG 2.2's contrast ratio of two colours."""
    brighter, darker = sorted((brightness(one), brightness(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def brightness(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
