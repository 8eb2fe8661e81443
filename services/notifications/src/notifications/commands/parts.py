"""What a mail says: each notice in it as its template sees it, and the mail written of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifications.commands.link import link_to
from notifications.models import Notice
from notifications.rules.notice import link_ends_before
from notifications.rules.notices import RULES
from notifications.settings import Settings
from notifications.templates import Facts, Networks, Rendered, render, render_many


@dataclass(frozen=True, slots=True)
class Part:
    """One notice in a mail, as its template sees it."""

    template: str
    facts: Facts
    link: str | None


def part_of(settings: Settings, notice: Notice) -> Part:
    case = notice.subject_id.hex[-8:]  # the first digits of a UUIDv7 are the time
    instead = RULES[notice.rule].template if notice.instead else ""
    of = notice.network, case, notice.unit or "", notice.act_by, notice.role
    facts = Facts(*of, notice.opened_on, instead)
    if notice.kind != "task":
        return Part(notice.template, facts, None)
    ends = link_ends_before(notice.act_by, notice.opened_on)
    return Part(notice.template, facts, link_to(settings, notice.id, ends))


def composed(
    settings: Settings, networks: Networks, notices: Sequence[Notice], language: str
) -> Rendered:
    """Write the mail: one task or message, or several messages together."""
    first, *more = parts = [part_of(settings, notice) for notice in notices]
    if more:
        return render_many([(p.template, p.facts) for p in parts], language, networks)
    return render(first.template, language, first.facts, first.link, networks)


def can_be_written(settings: Settings, networks: Networks, notice: Notice, language: str) -> bool:
    try:
        composed(settings, networks, [notice], language)
    except Exception:  # noqa: BLE001 - whatever it is, its own mail says so when it is tried
        return False
    return True
