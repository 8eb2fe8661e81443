"""Networks: what is shipped can be used, and what a service runs of a folder."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.shared.support.networks import KINDS, spoilt
from tests.support.networks import NETWORK, copied, say
from tests.support.releases import ROOT, before

import matching.profiles
import membership.profiles
from shared.networks import NetworkAmiss, load, load_before, run_here, shipped
from shared.networks.profiles import Network, NetworkProfile, Values, texts_in
from shared.settings import ServiceSettings


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_shipped_ones_can_be_used_by_every_service(kind: type[NetworkProfile]) -> None:
    assert {*load(kind, shipped())} == {"jobbpakten", "linkopingsloftet"}


def test_a_scalar_is_what_yaml_1_2_takes_it_for(tmp_path: Path) -> None:
    own = copied(tmp_path)
    spoilt(own / "network.yaml", lambda text: re.sub(r"code: .*?,", "code: 0380,", text))
    spoilt(own / "membership.yaml", lambda text: text.replace("rests_on: 'no'", "rests_on: no"))
    found = load(membership.profiles.Profile, tmp_path)[NETWORK]
    assert found.municipality.code == "0380"
    assert found.refusal_grounds["working_conditions"].rests_on == "no"


def test_a_network_without_a_bank_needs_no_file_of_one(tmp_path: Path) -> None:
    own, kind = copied(tmp_path), KINDS["matching.yaml"]
    say(own / "network.yaml", "bank", "none")
    assert {*load(kind, tmp_path)} == {NETWORK}
    (own / "matching.yaml").unlink()
    assert load(kind, tmp_path) == {}
    assert {*load(KINDS["membership.yaml"], tmp_path)} == {NETWORK}


def test_texts_stand_in_the_order_of_the_networks_languages(tmp_path: Path) -> None:
    own = copied(tmp_path)
    say(own / "network.yaml", "units.jobbcenter_city", {"en": "Centre", "sv": "Centrum"})
    unit = load(NetworkProfile, tmp_path)[NETWORK].units["jobbcenter_city"]
    assert unit.said_in("fi") == "Centrum"


def test_values_are_named_as_a_network_likes_and_there_is_one_at_least() -> None:
    texts = {"sv": "Vi lyssnar."}
    assert Values.model_validate({"version": "1", "listening": texts}).codes == ["listening"]
    for codes in ({}, {"text_version": texts}, {"declared_on": texts}):
        with pytest.raises(ValueError, match="value"):
            Values.model_validate({"version": "1", **codes})


class Somewhere(ServiceSettings, service="membership"):
    """What a service with the settings of the release before could be told."""

    profiles: str = ""


class Elsewhere(ServiceSettings, service="followup"):
    """What a service that had no profiles could be told."""


def settings(municipality: str = "0380", networks: str = "", profiles: str = "") -> Somewhere:
    said: dict[str, Any] = {"networks": networks, "profiles": profiles}
    return Somewhere.model_construct(municipality=municipality, **said)


def test_an_installation_runs_the_networks_of_its_own_municipality(tmp_path: Path) -> None:
    here = {code: [*run_here(NetworkProfile, settings(code))] for code in ("0380", "0580")}
    assert here == {"0380": ["jobbpakten"], "0580": ["linkopingsloftet"]}

    copied(tmp_path, "grannpakten")
    own = settings(networks=str(tmp_path))
    assert [*run_here(NetworkProfile, own)] == ["grannpakten"]
    with pytest.raises(NetworkAmiss, match="no network of municipality 0180"):
        run_here(NetworkProfile, settings("0180"))


def test_whoever_only_names_things_does_without_until_it_is_given_a_folder() -> None:
    """Those whose profiles were their own have a release's time to give all four the folder."""
    said: dict[str, Any] = {"municipality": "0180"}
    assert run_here(NetworkProfile, Elsewhere.model_construct(networks="", **said)) == {}
    with pytest.raises(NetworkAmiss, match="no network of municipality 0180"):
        run_here(NetworkProfile, Elsewhere.model_construct(networks=str(shipped()), **said))


@pytest.mark.parametrize("service", ["membership", "matching"])
def test_profiles_of_the_first_release_are_taken_yet(service: str, tmp_path: Path) -> None:
    kind: Any = KINDS[f"{service}.yaml"]
    release = before(tmp_path, 0)  # which had them
    old = release.folder / f"services/{service}/src/{service}/profiles"
    now, found = load(kind, shipped())[NETWORK], load_before(kind, old)[NETWORK]

    own = {*kind.own.model_fields} - {
        "offers",
        "ends",
        "employer_declines",
        "withdrawals",
        "departures",
        "facts",  # what they are called has changed; what decides is in the key, below
        "consent_fields",
    }
    assert {name: getattr(found, name) for name in own} == {n: getattr(now, n) for n in own}
    # Matching knew nothing of what activities keep.
    kept = [code for code, one in now.offers.items() if service == "membership" or one.longest]
    assert [*found.offers] == kept
    if service == "membership":
        assert (found.values, found.offers) == (now.values, now.offers)
    else:
        assert found.rules_key == now.rules_key
        assert [*found.consent_fields] == [*now.consent_fields]
        told = {code: one.tells_the_candidate for code, one in now.employer_declines.items()}
        assert {c: one.tells_the_candidate for c, one in found.employer_declines.items()} == told
        told = {code: one.tells_the_candidate for code, one in now.ends.items()}
        assert {code: one.tells_the_candidate for code, one in found.ends.items()} == told
        assert [*found.withdrawals] == [*now.withdrawals]
        left = {code: one.own_livelihood for code, one in now.departures.items()}
        assert {code: one.own_livelihood for code, one in found.departures.items()} == left

    asked = settings(profiles=str(old))
    assert [*run_here(kind, asked)] == [NETWORK]
    both = settings("0580", profiles=str(old), networks=str(shipped()))
    assert [*run_here(kind, both)] == ["linkopingsloftet"]


def test_a_profile_that_is_none_is_said(tmp_path: Path) -> None:
    kind = KINDS["matching.yaml"]
    with pytest.raises(NetworkAmiss, match="no profile"):
        load_before(kind, tmp_path)
    (tmp_path / "one.yaml").write_text("bank: both", "utf-8")
    with pytest.raises(NetworkAmiss, match=r"one\.yaml:1: no profile of the release before"):
        load_before(kind, tmp_path)


def test_no_service_speaks_of_a_networks_own_words_in_its_code() -> None:
    """A network's values, declines, offers and units are data: nobody else names them."""
    words = set[str]()
    for network in load(matching.profiles.Profile, shipped()).values():
        words |= {*network.values.codes, *network.units, *network.employer_declines}
        words |= {
            *network.offers,
            *network.departures,
            *network.interruptions,
            *network.groups,
            *network.areas,
        }
    ordinary = {"other", "equality", "mentorship", "own_livelihood"}  # words of other things, too
    for path in sorted((ROOT / "services").rglob("*.py")):
        if "versions" in path.parts or path.name == "profiles.py":
            continue
        code = re.sub(r'(?s)"?examples"?[=:] ?\[.*?\]+', "", path.read_text("utf-8"))
        said = {word for word in words - ordinary if f'"{word}"' in code}
        assert not said, f"{path.relative_to(ROOT)}: {said}"


def test_every_file_has_a_json_schema_that_the_shipped_ones_are_written_by() -> None:
    for file, kind in KINDS.items():
        own = Network if file == "network.yaml" else kind.own
        assert own
        schema = own.model_json_schema()
        assert json.loads(json.dumps(schema)) == schema
        for folder in sorted(shipped().iterdir()):
            said = yaml.safe_load((folder / file).read_text("utf-8"))
            assert said.keys() >= {*schema["required"]}
            assert said.keys() <= {*schema["properties"]}


def test_a_text_is_said_in_the_networks_first_language_where_another_is_asked_for() -> None:
    network = load(NetworkProfile, shipped())[NETWORK]
    for _, texts in texts_in(network):
        assert texts.said_in("fi") == texts.said_in("sv")
        assert texts.said_in("en") == texts.root["en"]
