"""The file of issuers: what is amiss in it is named by file, line, entry and field."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OctKey
from tests.support.published import ed, public

from shared.people.identity_numbers import MASK
from shared.settings.issuers import issuers_in

ED = ed("1")
KEY = public(ED)["keys"][0]
WITH_KEYS: dict[str, Any] = {
    "issuer": "https://login.example.se",
    "audience": "api://jobbpakten",
    "keys": [KEY],
    "machines": {"importer": {"role": "coordinator", "networks": ["jobbpakten"]}},
}
PUBLISHED = {name: value for name, value in WITH_KEYS.items() if name != "keys"}
PUBLISHED |= {"jwks": "https://login.example.se/jwks"}
MACHINE = WITH_KEYS["machines"]["importer"]
SECRET = OctKey.generate_key(256, {"kid": "s"}).as_dict(private=True)
NO_ADDRESS = "jwks: it isn't an https address"
NO_KEY = "keys.0: it isn't a public JWK that tokens are signed with"


@pytest.fixture
def amiss(tmp_path: Path) -> Callable[[Any], str]:
    """Give what is said of a file that holds this, as JSON: JSON is YAML."""

    def said(*entries: Any) -> str:
        file = tmp_path / "issuers.yaml"
        file.write_text(json.dumps(entries))
        with pytest.raises(ValueError, match=r"issuers\.yaml") as refused:
            issuers_in(str(file))
        (line,) = str(refused.value).splitlines()
        return line.removeprefix(f"{tmp_path.name}/issuers.yaml:1: ")

    return said


def as_machine(**differs: Any) -> dict[str, Any]:
    machine = WITH_KEYS["machines"]["importer"] | differs
    return WITH_KEYS | {"machines": {"importer": machine}}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (WITH_KEYS | {"issuer": ""}, "issuer: it is empty"),
        (WITH_KEYS | {"audience": ["a"]}, "audience: it is no text"),
        (WITH_KEYS | {"audiences": "a"}, "audiences: there is no such field here"),
        (WITH_KEYS | {"jwks": "https://login.example.se"}, "it names either jwks, an address, or"),
        (PUBLISHED | {"jwks": ""}, NO_ADDRESS),
        (PUBLISHED | {"jwks": "http://login.example.se/jwks"}, NO_ADDRESS),
        (PUBLISHED | {"jwks": "https://me:mine@login.example.se/jwks"}, NO_ADDRESS),
        (PUBLISHED | {"jwks": "https:///jwks"}, NO_ADDRESS),
        (PUBLISHED | {"jwks": "https://login.example.se:x/"}, NO_ADDRESS),
        (PUBLISHED | {"jwks": "file:///etc/passwd"}, NO_ADDRESS),
        (WITH_KEYS | {"ca_file": "ca.crt"}, "ca_file is for an address: it has none"),
        (WITH_KEYS | {"keys": []}, "keys: it names nothing"),
        (WITH_KEYS | {"keys": [{}]}, NO_KEY),
        (WITH_KEYS | {"keys": [SECRET]}, NO_KEY),
        (WITH_KEYS | {"keys": [KEY | {"use": "enc"}]}, NO_KEY),
        (WITH_KEYS | {"keys": [KEY, ED.as_dict(private=True)]}, "keys.1: it holds a private half"),
        (WITH_KEYS | {"machines": {}}, "machines: it names nothing"),
        (WITH_KEYS | {"machines": {"a b": MACHINE}}, "machines.a b: "),
        (WITH_KEYS | {"machines": {"8901023286": MACHINE}}, f"machines.{MASK}: it holds an id"),
        (as_machine(role="boss"), "machines.importer.role: it is one of 'signatory', "),
        (as_machine(role="system"), "machines.importer.role: it is one of 'signatory', "),
        (as_machine(networks=[]), "machines.importer.networks: it names nothing"),
        (as_machine(networks="all"), "machines.importer.networks: it is a list"),
        (as_machine(networks=["A"]), "machines.importer.networks.0: it has 2 to 40 of"),
        (as_machine(organisation="x"), "machines.importer.organisation: it is an id, such as"),
        (as_machine(scope="x"), "machines.importer.scope: there is no such field here"),
        ("x", "it holds fields"),
    ],
)
def test_what_is_amiss_in_an_entry_is_said(
    amiss: Callable[[Any], str], entry: Any, said: str
) -> None:
    found = amiss(entry)
    assert found.startswith(("0.", "0: "))
    assert found[2:].lstrip().startswith(said)


def test_what_stands_twice_is_refused(amiss: Callable[..., str]) -> None:
    assert amiss(WITH_KEYS, PUBLISHED) == "an issuer stands twice: https://login.example.se"
    other = PUBLISHED | {"issuer": "https://login.region.se"}
    assert amiss(WITH_KEYS, other) == "a client stands twice: importer"


@pytest.mark.parametrize("text", ["", "[]", "{}", "issuer: x", "7", "null"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "issuers.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"issuers\.yaml:1: it is a list: each entry begins"):
        issuers_in(str(file))


def test_a_file_that_isnt_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"issuers\.yaml: it isn't there"):
        issuers_in(str(tmp_path / "issuers.yaml"))


def test_what_the_manual_shows_is_taken(tmp_path: Path) -> None:
    """The examples of docs/operations/tokens.md, with a key where they say so."""
    manual = (Path(__file__).parents[2] / "docs/operations/tokens.md").read_text()
    examples = [piece.split("```")[0] for piece in manual.split("```yaml\n")[1:]]
    assert len(examples) >= 4
    for number, shown in enumerate(examples):
        file = tmp_path / f"{number}.yaml"
        file.write_text(shown.replace("…", KEY["x"]))
        assert issuers_in(str(file))
