"""Who is told what when: one table, with a file for the events of each topic.

An event that asks somebody to act makes a task, which what shows the act closes; others make
messages.
"""

from collections.abc import Mapping, Sequence

from notifications.rules.notices import followup, matching, membership, placement
from notifications.rules.notices.rule import CIRCLES, Circle, Kind, Rule

__all__ = [
    "ASKS",
    "CIRCLES",
    "CLOSES",
    "EXPIRING",
    "INSTEAD",
    "RULES",
    "TEMPLATES",
    "Circle",
    "Rule",
]

INSTEAD = "tell_her_yourself"
RULES: Mapping[str, Rule] = {
    rule.name: rule for topic in (membership, matching, placement, followup) for rule in topic.RULES
}
TEMPLATES: Mapping[str, Kind] = {rule.template: rule.kind for rule in RULES.values()} | {
    INSTEAD: "task"
}
EXPIRING = frozenset(rule.name for rule in RULES.values() if rule.expires)
ASKS: Mapping[str, Sequence[Rule]] = {
    on: [rule for rule in RULES.values() if rule.on == on] for on in {r.on for r in RULES.values()}
}
# What happens -> what may have asked for a notice that is over by it.
CLOSES: Mapping[str, frozenset[str]] = {
    what: frozenset(r.on for r in RULES.values() if what in r.done_by | r.void_by)
    for what in frozenset().union(*(rule.done_by | rule.void_by for rule in RULES.values()))
}


def instead_of(role: str, unit: str | None) -> str | None:
    """Give which staff tells her yourself, when nobody of a role can be told; None at the end."""
    if role == "coordinator":
        return None
    return "caseworker" if unit and role != "caseworker" else "coordinator"
