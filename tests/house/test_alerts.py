"""The page of alerts and the code know the same figures and the same lines of the log."""

import ast
import importlib
import re
from collections.abc import Iterator

from prometheus_client.metrics import MetricWrapperBase
from tests.house.test_walls import ROOT, SOURCES, named

PAGE = (ROOT / "docs/operations/alerts.md").read_text()
KINDS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
LINE = re.compile(r"^\| (`[^|]*`) \|", re.MULTILINE)
WORD = re.compile(r"`([a-z_]+)`")
# A name in an expression: what isn't called like a function, nor compared with by its label.
NAME = re.compile(r"\b([a-z]+(?:_[a-z]+)+)\b(?=[ {\[)])")


def figures() -> Iterator[str]:
    """Give the figures' names as they stand on `/metrics`, of shared and of every service."""
    for path in SOURCES:
        if path.name == "metrics.py":
            inside = path.relative_to(ROOT).with_suffix("").parts
            module = ".".join(inside[inside.index("src") + 1 :])
            for one in vars(importlib.import_module(module)).values():
                if isinstance(one, MetricWrapperBase):
                    [family] = one.describe()
                    yield family.name + ("_total" if family.type == "counter" else "")


def rows(heading: str, until: str) -> set[str]:
    """Give the words in the first column of the tables between two headings."""
    part = PAGE[PAGE.index(f"\n## {heading}\n") : PAGE.index(f"\n## {until}\n")]
    return {word for line in LINE.findall(part) for word in WORD.findall(line)}


def test_every_figure_stands_on_the_page_and_no_other() -> None:
    known = {*figures()}
    assert len(known) > 20
    assert rows("Kafka and events", "Lines in the log") == known


def test_an_expression_names_figures_that_there_are() -> None:
    for expression in re.findall(r"`([^`\n]*(?:>|==) [^`\n]*)`", PAGE):
        asked = {*NAME.findall(expression)}
        assert asked, expression
        assert asked <= {*figures()}, expression


def test_a_line_of_the_log_is_one_that_is_written() -> None:
    code = "\n".join(path.read_text() for path in SOURCES)
    found = rows("Lines in the log", "Probes")
    assert len(found) > 10
    assert {line for line in found if f'"{line}"' not in code} == set()


def test_alarms_that_ring_stand_on_the_page() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "ring":
                assert ast.literal_eval(node.args[0]) in rows("Lines in the log", "Probes")


def test_a_figure_is_made_where_figures_are() -> None:
    for path in SOURCES:
        if path.name != "metrics.py" and "prometheus_client" in path.read_text():
            for node in ast.walk(ast.parse(path.read_text())):
                made = isinstance(node, ast.Call) and getattr(node.func, "id", "") in KINDS
                assert not made, named(path)


def test_a_link_on_the_page_leads_to_a_heading() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line[3:].lower()).replace(" ", "-")
        for line in PAGE.splitlines()
        if line.startswith("## ")
    }
    assert {*re.findall(r"\]\(#([^)]*)\)", PAGE)} <= headings
