"""Queries that lock say so in their name: who calls one knows what others will wait for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUERIES = sorted(
    path for path in ROOT.glob("services/*/src/*/queries*/**/*.py") if path.is_file()
) + sorted(ROOT.glob("services/*/src/*/queries.py"))
LOCKS = {"with_for_update", "taken", "locked"}


def words_of(node: ast.AST) -> set[str]:
    """Return all names that a piece of code uses."""
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    found |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return found | {one.arg or "" for one in ast.walk(node) if isinstance(one, ast.keyword)}


def statements_that_lock(tree: ast.Module) -> set[str]:
    """Return the names of a module's statements, and of what makes them, that lock rows."""
    found = set(LOCKS)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.FunctionDef) and words_of(node) & found:
            targets = node.targets if isinstance(node, ast.Assign) else []
            found |= {node.name} if isinstance(node, ast.FunctionDef) else set()
            found |= {word for target in targets for word in words_of(target)}
    return found


def locking(tree: ast.Module) -> Iterator[str]:
    lock = statements_that_lock(tree)
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef) and words_of(node) & lock:
            yield node.name


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_query_that_locks_says_so_in_its_name(path: Path) -> None:
    names = list(locking(ast.parse(path.read_text())))
    assert [name for name in names if not name.startswith("lock_")] == []


def test_there_are_queries_that_lock() -> None:
    assert sum(len(list(locking(ast.parse(path.read_text())))) for path in QUERIES) > 10
