"""The house rules: who may know whom, which rooms there are, how large they get."""

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir())
SHARED = ROOT / "shared/src/shared"
SOURCES = sorted(ROOT.glob("*/src/**/*.py")) + sorted(ROOT.glob("services/*/src/**/*.py"))
ROOMS = {"api", "subscribers", "clock", "commands", "queries"}
ROOMS |= {"rules", "models", "main", "settings"}
OWN_ROOMS = {
    "followup": {"reports", "pages"},
    "membership": {"profiles"},
    "matching": {"profiles", "engine", "identities"},
    "notifications": {"channels", "templates"},
}
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "misc", "lib"}
SHARED_LINES = 2_200  # docs/decisions says why it isn't 900


def imported(path: Path) -> Iterator[str]:
    """Give the full names of the modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().split("/src/")[1].split("/")[0]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def service_sources(service: str) -> list[Path]:
    return sorted((ROOT / f"services/{service}/src").rglob("*.py"))


def code_lines(path: Path) -> int:
    """Count lines that hold code: no blank ones, comments or docstrings."""
    lines = path.read_text().splitlines()
    silent = {n for n, line in enumerate(lines, 1) if not line.strip() or line.strip()[0] == "#"}
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines) - len(silent)


@pytest.mark.parametrize("service", SERVICES)
def test_services_know_shared_and_no_other_service(service: str) -> None:
    strangers = {*SERVICES, "jobbpakten"} - {service}
    for path in service_sources(service):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & strangers, f"{named(path)} imports {known & strangers}"


def test_shared_knows_no_service() -> None:
    for path in SHARED.rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & {*SERVICES, "jobbpakten"}, named(path)


def test_the_events_need_pydantic_and_nothing_else() -> None:
    for path in (SHARED / "events").rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names)
        inner = {name for name in imported(path) if name.startswith("shared.")}
        assert known <= {"pydantic", "shared"}, f"{named(path)} imports {known}"
        assert all(name.startswith("shared.events") for name in inner), named(path)


@pytest.mark.parametrize("service", SERVICES)
def test_rules_know_the_standard_library_and_machines(service: str) -> None:
    allowed = ("shared.machines", f"{service}.rules")
    for path in service_sources(service):
        if "rules" not in path.relative_to(ROOT / f"services/{service}/src/{service}").parts[0]:
            continue
        for name in imported(path):
            inside = name.split(".")[0] in sys.stdlib_module_names
            assert inside or name.startswith(allowed), f"{named(path)} imports {name}"


def test_machines_need_the_standard_library_only() -> None:
    for name in imported(SHARED / "machines.py"):
        assert name.split(".")[0] in sys.stdlib_module_names


def test_deploy_opens_only_the_front_doors() -> None:
    for path in (ROOT / "deploy/src").rglob("*.py"):
        for name in imported(path):
            service, _, rest = name.partition(".")
            if service in SERVICES:
                assert rest.split(".")[0] in {"main", "settings"}, f"{named(path)} imports {name}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    inside = ROOT / f"services/{service}/src/{service}"
    rooms = {path.stem for path in inside.iterdir() if path.stem not in {"__pycache__", "py"}}
    assert rooms - {"__init__"} == ROOMS | OWN_ROOMS.get(service, set())
    assert (ROOT / f"services/{service}/README.md").exists()
    assert (ROOT / f"services/{service}/migrations/versions/0001_plumbing.py").exists()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_a_file_says_in_a_sentence_what_it_is_and_fits_a_few_screens(path: Path) -> None:
    text = path.read_text()
    assert not BANNED & set(path.relative_to(ROOT).with_suffix("").parts)
    assert ast.get_docstring(ast.parse(text)) or path.name == "py.typed", "no docstring"
    assert len(text.splitlines()) <= 250


def lengths() -> Iterator[tuple[int, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                yield lines, f"{named(path)}:{node.name}"


def test_no_function_is_longer_than_a_screen() -> None:
    assert not [(lines, name) for lines, name in lengths() if lines > 40]


def test_files_and_functions_are_short_by_habit() -> None:
    assert statistics.median(len(path.read_text().splitlines()) for path in SOURCES) <= 90
    assert statistics.median(lines for lines, _ in lengths()) <= 8


def test_shared_stays_small() -> None:
    sizes = [code_lines(p) for p in SHARED.rglob("*.py") if "events" not in p.parts]
    assert sum(sizes) < SHARED_LINES, f"shared has {sum(sizes)} lines of code"


def test_only_the_clock_asks_for_the_time() -> None:
    for path in SOURCES:
        if path != SHARED / "clock.py":
            assert "datetime.now(" not in path.read_text(), named(path)
            assert "date.today(" not in path.read_text(), named(path)


def test_every_crash_point_is_tried_by_the_fault_tests() -> None:
    points = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "crash_point":
                points |= {ast.literal_eval(argument) for argument in node.args}
    points -= {None}
    tried = "".join(path.read_text() for path in (ROOT / "tests/faults").glob("*.py"))
    assert len(points) == 7
    assert {point for point in points if f'"{point}"' not in tried} == set()
