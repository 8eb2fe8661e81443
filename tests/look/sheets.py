"""All that people see: each page and mail in every language, by the code that writes it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.look import years

from followup.pages import Pages
from followup.profiles import Profile
from notifications.rules.notice import NOTICE
from notifications.rules.notices import CIRCLES, INSTEAD, RULES, TEMPLATES
from notifications.templates import (
    Facts,
    Rendered,
    Stands,
    page,
    page_gone,
    page_over,
    render,
    render_many,
)
from notifications.templates.texts import texts_in
from shared.networks import load, shipped
from shared.networks.profiles import NetworkProfile
from shared.texts import LANGUAGES

NETWORKS = load(NetworkProfile, shipped())
HAPPENED, UNTIL = date(2026, 9, 4), date(2026, 9, 18)
LINK = (
    "https://notiser.example.se/t/so-long-a-token-as-a-link-has.and-the-signature-of-it-0123456789"
)
# Of the mails of each role: who gets several messages at once gets them so.
ROLES = {(rule.template, rule.role) for rule in RULES.values()} | {(INSTEAD, "caseworker")}
TASKS = sorted(one for one in ROLES if TEMPLATES[one[0]] == "task")
MESSAGES = sorted(one for one in ROLES if TEMPLATES[one[0]] == "message")


@dataclass(frozen=True)
class Sheet:
    """Something to look at; `text` is a mail's other part, `on_paper` what people print."""

    name: str  # its files, without what they end in
    title: str
    html: str
    text: str | None = None
    on_paper: bool = False

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]


def sheets() -> Iterator[Sheet]:
    """Give all of them: reports, tasks' pages, mails."""
    for language in LANGUAGES:
        yield from reports(language)
        yield from tasks(language)
        yield from mails(language)


def reports(language: str) -> Iterator[Sheet]:
    """Give the reports: for everybody, the member and the coordinator, and of other networks."""
    pages = Pages(load(Profile, shipped()))
    of_network = {
        "network": years.in_public(),
        "network-for-staff": years.for_staff(),
        "other-network": years.in_public("linkopingsloftet", seed=8),
        "small-network": years.in_public(size=5),
        "small-network-for-staff": years.for_staff(size=5),
    }
    of_member = {
        "member": years.for_member(),
        "member-for-staff": years.of_member_for_staff(),
        "newcomer": years.of_newcomer(),
    }
    written = {name: pages.network(report, language) for name, report in of_network.items()}
    written |= {name: pages.member(report, language) for name, report in of_member.items()}
    for name, html in written.items():
        yield Sheet(f"reports/{name}-{language}", name, html, on_paper=True)


def tasks(language: str) -> Iterator[Sheet]:
    """Give each task's page in every state; those that look the same once."""
    for template, role in TASKS:
        alike: dict[str, list[str]] = defaultdict(list)
        for act_by in (UNTIL, None):
            facts = about(template, role, act_by)
            for state, today in standings(act_by):
                html = page(template, language, facts, Stands(state, HAPPENED, today), NETWORKS)
                late = "-late" if today > UNTIL else ""
                alike[html].append(f"{state}{late}{'' if act_by else '-without-a-day'}")
        for html, states in alike.items():
            yield Sheet(f"tasks/{template}-{role}-{states[0]}-{language}", ", ".join(states), html)
    yield Sheet(f"tasks/gone-{language}", "gone", page_gone(language))
    yield Sheet(f"tasks/over-{language}", "over", page_over(language, UNTIL))


def standings(act_by: date | None) -> Iterator[tuple[str, date]]:
    for state in NOTICE.states:
        yield state, UNTIL
        if act_by:
            yield state, UNTIL + timedelta(days=1)


def mails(language: str) -> Iterator[Sheet]:
    """Give each mail to each role that gets it, and several messages in one."""
    for template, role in sorted(ROLES):
        is_task = TEMPLATES[template] == "task"
        names_a_day = is_task or f"notices.{template}.until" in texts_in(language).texts
        facts = about(template, role, UNTIL if names_a_day else None)
        mail = render(template, language, facts, LINK if is_task else None, NETWORKS)
        yield of_mail(f"{template}-{role}", mail)
    together: dict[str, list[tuple[str, Facts]]] = defaultdict(list)
    for template, role in MESSAGES:
        together[role].append((template, about(template, role, None)))
    for role, several in together.items():
        yield of_mail(f"together-{role}", render_many(several, language, NETWORKS))


def of_mail(name: str, mail: Rendered) -> Sheet:
    return Sheet(f"mails/{name}-{mail.language}", mail.subject, mail.html, mail.text)


def about(template: str, role: str, act_by: date | None) -> Facts:
    """Give the facts of a case such as the role has: candidates' belong to a unit."""
    unit = "jobbcenter_gottsunda" if CIRCLES[role] in {"unit", "candidate"} else ""
    told = "answer_request" if template == INSTEAD else ""
    return Facts("jobbpakten", "1a2b3c4d", unit, act_by, role, HAPPENED, told)
