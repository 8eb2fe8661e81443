"""The house rules: who may know whom, which rooms there are, how large they get."""

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.releases import members

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if path.is_dir())
SHARED = ROOT / "shared/src/shared"
EVENTS = ROOT / "shared/events/src/jobbpakten_events"
MEMBERS = members(ROOT)
SOURCES = sorted(path for member in MEMBERS for path in (member / "src").rglob("*.py"))
ROOMS = {"api", "subscribers", "clock", "commands", "queries"}
ROOMS |= {"rules", "models", "main", "migrations", "settings"}
OWN_ROOMS = {
    "followup": {"profiles", "reports", "pages", "folds"},
    "membership": {"profiles"},
    "matching": {"profiles", "engine", "identities", "disclosure"},
    "notifications": {"channels", "templates", "sender"},
}
# Lines that hold code, for each part of `shared`: docs/decisions/0007 says how they were set.
SHARED_LINES = {"messaging": 1_750, "http": 830, "time": 110, "people": 640}
SHARED_LINES |= {"networks": 465, "settings": 545, "edges": 930, "restoring": 360, "": 1_120}
LEFT_TO_DO = {"TODO", "FIXME", "XXX"}
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "misc", "lib"}


def imported(path: Path) -> Iterator[str]:
    """Give the full names of the modules that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().split("/src/")[1].split("/")[0]


def is_history(path: Path) -> bool:
    """Tell a migration: nobody edits one that was released."""
    return "versions" in path.parts


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


LIVING = [path for path in SOURCES if not is_history(path)]


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
    strangers = {*SERVICES, "jobbpakten", "jobbpakten_local"} - {service}
    for path in service_sources(service):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & strangers, f"{named(path)} imports {known & strangers}"


def test_shared_knows_no_service() -> None:
    for path in SHARED.rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & {*SERVICES, "jobbpakten", "jobbpakten_local"}, named(path)


def test_the_events_need_pydantic_with_its_core_and_nothing_else() -> None:
    for path in EVENTS.rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names)
        assert known <= {"pydantic", "pydantic_core", EVENTS.name}, f"{named(path)} imports {known}"


@pytest.mark.parametrize("service", SERVICES)
def test_rules_know_the_standard_library_and_machines(service: str) -> None:
    allowed = ("shared.machines", "jobbpakten_events.", f"{service}.rules")
    for path in service_sources(service):
        if "rules" not in path.relative_to(ROOT / f"services/{service}/src/{service}").parts[0]:
            continue
        for name in imported(path):
            inside = name.split(".")[0] in sys.stdlib_module_names
            assert inside or name.startswith(allowed), f"{named(path)} imports {name}"


def test_machines_need_the_standard_library_and_the_words_for_roles_only() -> None:
    for name in imported(SHARED / "machines.py"):
        inside = name.split(".")[0] in sys.stdlib_module_names
        assert inside or name.startswith("jobbpakten_events.roles."), name


def test_a_command_takes_an_act_and_not_its_parts() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                names = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}
                assert not names >= {"caller", "profile"}, f"{named(path)}:{node.lineno}"


def test_a_transaction_is_nobodys_drawer() -> None:
    for path in SOURCES:
        if path != SHARED / "database.py":  # SQLAlchemy tells its listeners there alone
            assert ".info[" not in path.read_text(), named(path)


def test_what_a_callers_role_may_is_decided_in_rules_alone() -> None:
    for path in SOURCES:
        if "rules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            asked = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            asked += [node.subject] if isinstance(node, ast.Match) else []
            compared = {ast.unparse(one) for one in asked}
            assert "caller.role" not in compared, f"{named(path)}:{getattr(node, 'lineno', 0)}"


def test_the_command_line_needs_no_service_and_nothing_of_a_laptop() -> None:
    for path in (ROOT / "deploy/operations/src").rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & {*SERVICES, "jobbpakten_local"}, named(path)


def test_the_parts_and_the_demo_know_no_service_by_its_inside() -> None:
    for path in (ROOT / "deploy/local/src").rglob("*.py"):
        known = {name.split(".")[0] for name in imported(path)}
        assert not known & set(SERVICES), named(path)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    inside = ROOT / f"services/{service}/src/{service}"
    rooms = {path.stem for path in inside.iterdir() if path.stem not in {"__pycache__", "py"}}
    assert rooms - {"__init__"} == ROOMS | OWN_ROOMS.get(service, set())
    assert (ROOT / f"services/{service}/README.md").exists()
    assert (inside / "migrations/versions/0001_plumbing.py").exists()


@pytest.mark.parametrize("path", LIVING, ids=named)
def test_a_file_says_in_a_sentence_what_it_is_and_fits_a_few_screens(path: Path) -> None:
    text = path.read_text()
    assert not BANNED & set(path.relative_to(ROOT).with_suffix("").parts)
    assert ast.get_docstring(ast.parse(text)) or path.name == "py.typed", "no docstring"
    assert len(text.splitlines()) <= 250
    assert not LEFT_TO_DO & set(text.replace(".", " ").replace('"', " ").split()), "left to do"


def lengths() -> Iterator[tuple[int, str]]:
    for path in LIVING:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                yield lines, f"{named(path)}:{node.name}"


def test_no_function_is_longer_than_a_screen() -> None:
    assert not [(lines, name) for lines, name in lengths() if lines > 40]


def test_files_and_functions_are_short_by_habit() -> None:
    assert statistics.median(len(path.read_text().splitlines()) for path in LIVING) <= 90
    assert statistics.median(lines for lines, _ in lengths()) <= 8


def part_of_shared(path: Path) -> str:
    *part, _ = path.relative_to(SHARED).parts[:2]
    return "".join(part)


def test_each_part_of_shared_stays_small() -> None:
    sizes = Counter[str]()
    for path in SHARED.rglob("*.py"):
        sizes[part_of_shared(path)] += code_lines(path)
    assert sizes.keys() == SHARED_LINES.keys(), "a part without a limit"
    assert not [(part, n) for part, n in sizes.items() if n > SHARED_LINES[part]]


def test_every_member_of_the_workspace_is_checked() -> None:
    for member in MEMBERS:
        inside = [*(member / "src").rglob("*.py"), *(member / "src").rglob("*.yaml")]
        assert inside, f"{named(member)} holds no file"


def test_a_folder_holds_at_most_fifteen_files() -> None:
    folders = Counter(path.parent for path in LIVING)
    assert not {named(folder): n for folder, n in folders.items() if n > 15}


def test_only_the_clock_asks_for_the_time() -> None:
    for path in SOURCES:
        if path != SHARED / "time/clock.py":
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
