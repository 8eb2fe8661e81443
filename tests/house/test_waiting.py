"""No test takes a busy machine for a fault: it waits for what must come true, in wide bounds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py"))
# A bound is for a wait that has failed; who waits for nothing to come has a short one.
LEAST_S = 60
SLEEPS = {
    "bench/waiting.py": "rests between what it measures",
    "support/callers.py": "comes again when it was told to",
    "cli/test_reconciliation.py": "sees that nothing has come yet",
    "support/eventually.py": "asks again",
    "faults/bank.py": "is a person who thinks",
    "faults/chaos.py": "breaks one thing after another",
    "faults/pods.py": "is a pod that waits before it stops, and a caller who thinks",
    "faults/test_parts_away.py": "is a probe that comes again and again",
    "faults/test_nothing_is_lost.py": "is a clock that goes on",
    "faults/writers.py": "comes again after an outage, and thinks between acts",
    "notifications/channels/test_channels.py": "gives the line a turn of our own loop",
    "parts/test_connections.py": "hangs up at different points of a call, and comes back late",
    "parts/test_postgres.py": "is in the midst of it while another comes",
    "shared/edges/test_kafka_rotation.py": "is a teller who thinks between events",
    "shared/edges/test_lost_peers.py": "is a caller who thinks between calls",
    "shared/messaging/test_floor.py": "commits late, and lets the next look be due",
    "shared/test_migrating.py": "calls beside a migration, and thinks between calls",
    "shared/http/test_connections.py": "is a caller who takes her time",
    "support/published.py": "is an issuer that answers late",
}
ASKS_THE_TIME = {
    "support/callers.py": "bounds how often it comes again",
    "support/eventually.py": "bounds a wait",
    "faults/chaos.py": "says how long Kafka was away",
    "faults/test_mails_over_tls.py": "sends mails for as long as it is told to",
    "faults/test_nothing_is_lost.py": "says how long it took",
    "faults/test_stopping.py": "says how long it took",
    "shared/messaging/test_liveness.py": "is the clock that liveness asks, moved forward",
    "shared/edges/test_kafka_rotation.py": "lets the broker's limit for a connection go by",
    "shared/edges/test_lost_peers.py": "bounds what a call may take, by limits of ours",
    "shared/test_migrating.py": "bounds what a call may wait, by a limit of ours",
}
BOUNDS = {"timeout", "deadline"}


def calls(file: str) -> Iterator[ast.Call]:
    tree = ast.parse((TESTS / file).read_text())
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def figures(call: ast.Call) -> Iterator[float]:
    """Give the bounds that are written down as figures."""
    bounds = [word.value for word in call.keywords if word.arg in BOUNDS]
    if name_of(call) in {"wait_for", "wait"}:
        bounds += call.args[1:]
    for bound in bounds:
        if isinstance(bound, ast.Constant) and isinstance(bound.value, int | float):
            yield bound.value


def sleeps(call: ast.Call) -> bool:
    """Tell whether it lets a time pass; a turn of the loop is none."""
    turn = call.args and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return name_of(call) == "sleep" and not turn


def test_only_these_let_a_time_pass_and_each_has_a_reason() -> None:
    found = {file for file in FILES if any(map(sleeps, calls(file)))}
    assert found == set(SLEEPS)


def test_only_these_ask_how_long_it_took_and_none_asserts_it() -> None:
    asking = {"monotonic", "perf_counter"}
    found = {file for file in FILES if any(name_of(one) in asking for one in calls(file))}
    assert {file for file in found if not file.startswith("bench/")} == set(ASKS_THE_TIME)


@pytest.mark.parametrize("file", FILES)
def test_a_bound_is_wide(file: str) -> None:
    short = [figure for call in calls(file) for figure in figures(call) if figure < LEAST_S]
    assert not short, "PATIENCE_S of tests/support/eventually.py is for that"
