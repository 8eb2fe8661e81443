"""Every act under four eyes is known, and none is done or prepared by a machine.

Whoever's id is kept by a command is either compared with a colleague's, then `by_a_person` or
`four_eyes` gives it, or stands in the table of those that nobody compares.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "services").glob("*/src/**/*.py"))
# Each is tried by a machine in tests/<service>/api/test_machines.py.
PREPARED = {
    "membership.membership.apply",
    "membership.membership.declare_values",
    "membership.vetting.start",
    "membership.vetting.answer",
    "membership.agreement.draft",
    "membership.agreement.prepare",  # edited, and shared
    "matching.proposals.made",
    "matching.consents.give",
}
DECIDED = {
    "membership.vetting.decide",
    "membership.agreement.sign",
    "membership.suspension.stepped",  # suspended, and reinstated
    "matching.consents.confirm",
    "matching.acceptances.accept",
}
# Who did it is kept, and compared with nobody afterwards.
KEPT = {
    "membership.activity.record",
    "membership.commitment.adjust",
    "membership.contact.name_anew",
    "membership.contact.name_contact",
    "membership.staff.name_staff",
    "matching.facts.note",
    "matching.registrations.begin",
    "matching.runs.run",
    "matching.consents.agreed",  # a paper; what was said passes `by_a_person` first
    # Four eyes have looked before it is kept.
    "membership.agreement.signature",
    "membership.vetting.decide",
    "matching.consents.confirm",
    # It is logged that somebody asked who is known.
    "membership.organisation.find_or_add",
    "matching.registrations.once_here",
}


def named(path: Path, function: str) -> str:
    return f"{path.relative_to(ROOT / 'services').parts[0]}.{path.stem}.{function}"


def functions() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield named(path, node.name), node


def those_that_call(name: str) -> Counter[str]:
    return Counter(
        where
        for where, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    )


def test_every_act_under_four_eyes_is_known() -> None:
    assert {*those_that_call("by_a_person")} == PREPARED
    assert {*those_that_call("four_eyes")} == DECIDED


def test_whoever_is_kept_by_a_command_is_a_person_or_compared_with_nobody() -> None:
    kept = {
        where
        for where, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"act.caller.id", "caller.id"}
    }
    assert kept == KEPT
