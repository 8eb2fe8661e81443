"""Nothing that lies in this repository is a key or a password that a setting would take."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OctKey

from followup.settings import Settings as Followup
from matching.settings import Settings as Matching
from membership.settings import Settings as Membership
from notifications.settings import Settings as Notifications
from shared.keys import pair_key, secret_key
from shared.settings import PLACEHOLDER, ServiceSettings, example_of, is_key, is_printed

ROOT = Path(__file__).parents[2]
ALL: tuple[type[ServiceSettings], ...] = (Membership, Matching, Notifications, Followup)
# 32 bytes, as a JWK writes them and as others do.
BYTES_32 = re.compile(r"(?<![\w+/-])[\w+/-]{43}(?![\w+/-])", re.ASCII)
# As the address of a database holds a user's password, unless it is filled in by a program.
PASSWORD = re.compile(r"postgres\S*?://([^\s:@/{]*):([^\s@/{]+)@")
KINDS = {
    '{"kty":"oct","k":"%s"}': secret_key(),
    '{"kty":"OKP","crv":"Ed25519","x":"%s"}': pair_key("Ed25519", private=False),
    '{"kty":"OKP","crv":"X25519","x":"%s"}': pair_key("X25519", private=False),
}
NEEDED = [
    pytest.param(kind, name, id=kind.variable(name))
    for kind in ALL
    for name, field in kind.model_fields.items()
    if field.examples and PLACEHOLDER in example_of(field, kind.service)
]


@cache
def texts() -> dict[str, str]:
    """Give all that is in the repository, or would be with the next commit."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8", errors="replace")
        for path in paths
        if path.is_file()
    }


def taken(text: str) -> Iterator[str]:
    """Give each run of letters in a text that a setting takes for a key, of whichever kind."""
    for run in {one.group().replace("+", "-").replace("/", "_") for one in BYTES_32.finditer(text)}:
        for written, kind in KINDS.items():
            check: Any = kind.func
            with suppress(ValueError):
                yield check(written % run)


def test_nothing_in_the_repository_is_a_key_that_a_setting_takes() -> None:
    found = {name: [*taken(text)] for name, text in texts().items()}
    assert {name: keys for name, keys in found.items() if keys} == {}
    assert len(found) > 500


def test_nothing_in_the_repository_is_a_password_that_a_setting_takes() -> None:
    found = [(name, said) for name, text in texts().items() for said in PASSWORD.findall(text)]
    taken = {n for n, (user, word) in found if word != PLACEHOLDER and not is_printed(word, user)}
    assert taken == set()
    assert len({name for name, _ in found}) > 2  # .env.example, README.md, what tests say


def test_the_search_finds_a_key_wherever_it_stands() -> None:
    made = str(OctKey.generate_key(256).as_dict(private=True)["k"])
    assert any(taken(f'KEY = {{"k":"{made}"}}'))
    assert any(taken(f"see {made.replace('-', '+').replace('_', '/')}= there"))


@pytest.mark.parametrize(("kind", "name"), NEEDED)
def test_the_example_of_a_setting_isnt_taken_by_it(
    monkeypatch: pytest.MonkeyPatch, kind: type[ServiceSettings], name: str
) -> None:
    shown = example_of(kind.model_fields[name], kind.service)
    monkeypatch.setenv(kind.variable(name), shown)
    with pytest.raises(SystemExit) as ended:
        kind.from_environment()
    lines = [one for one in str(ended.value).splitlines() if one.startswith(kind.variable(name))]
    assert "it is the example" in lines[0]
    assert ("`jobbpakten keys` makes one" in lines[0]) == is_key(name)


@pytest.mark.parametrize("kind", ALL)
def test_the_example_file_as_it_is_starts_nothing_and_each_secret_in_it_is_named(
    monkeypatch: pytest.MonkeyPatch, kind: type[ServiceSettings]
) -> None:
    for line in texts()[".env.example"].splitlines():
        name, is_set, value = line.partition("=")
        if is_set and line[0] != "#":
            monkeypatch.setenv(name, *shlex.split(value))
    with pytest.raises(SystemExit) as ended:
        kind.from_environment()
    keys = {kind.variable(one) for one, field in kind.model_fields.items() if is_key(one)}
    keys = {one for one in keys if "_PREVIOUS_" not in one}  # have none to show
    refused = {line.partition(":")[0] for line in str(ended.value).splitlines()}
    assert keys | {kind.variable("database_url")} <= refused
