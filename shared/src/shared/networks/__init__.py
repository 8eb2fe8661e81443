"""Networks are data: read from a folder of YAML for each, checked before anything starts."""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from shared.networks.documents import Document, NetworkAmiss, Way, read
from shared.networks.profiles import Network, NetworkProfile, Part, texts_in
from shared.networks.sentences import sentence
from shared.settings import ServiceSettings

Chosen = TypeVar("Chosen", bound=NetworkProfile)
# What else lies in a folder that is mounted: Kubernetes' ..data, Python's __pycache__.
PASSED_OVER = (".", "_", "lost+found")

__all__ = ["NetworkAmiss", "kind_of", "load", "load_before", "run_here", "shipped"]


def shipped() -> Path:
    """Return the folder of the shipped networks: the distribution `jobbpakten-networks`."""
    return Path(next(iter(import_module("jobbpakten_networks").__path__)))


def kind_of(service: str) -> type[NetworkProfile]:
    """Return how a service knows a network; one that needs no more of it knows what all know."""
    if find_spec(f"{service}.profiles") is None:
        return NetworkProfile
    kind: type[NetworkProfile] = import_module(f"{service}.profiles").Profile
    return kind


def run_here(kind: type[Chosen], settings: ServiceSettings) -> dict[str, Chosen]:
    """Return the networks of the settings' municipality, by their codes.

    NetworkAmiss where one of the folder can't be used, or none is this municipality's. A service
    that had no profiles in the release before may do without yet: it names things by their codes.
    """
    before: str | None = getattr(settings, "profiles", None)
    if before and not settings.networks:  # with both, one environment does for both releases
        return load_before(kind, Path(before))
    folder = Path(settings.networks) if settings.networks else shipped()
    here = {
        code: one
        for code, one in load(kind, folder).items()
        if one.municipality.code == settings.municipality
    }
    if not here and (settings.networks or before is not None):
        raise NetworkAmiss(f"{folder}: no network of municipality {settings.municipality} is there")
    return here


def load(kind: type[Chosen], folder: Path) -> dict[str, Chosen]:
    """Read all networks of a folder as one service knows them, by their codes.

    NetworkAmiss with a line for each fault in any of them.
    """
    found: dict[str, Chosen] = {}
    faults: list[str] = []
    for one in folders(folder):
        try:
            if profile := of_folder(kind, one):
                found[one.name] = profile
        except NetworkAmiss as amiss:
            faults.append(str(amiss))
    if faults:
        raise NetworkAmiss("\n".join(faults))
    return found


def folders(folder: Path) -> list[Path]:
    """Return the networks' folders; NetworkAmiss where there is none."""
    try:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise NetworkAmiss(f"{folder}: it can't be read: {error.strerror}") from None
    if (folder / "network.yaml").exists():
        raise NetworkAmiss(f"{folder}: that is a network: name the folder that it lies in")
    found = [
        one
        for one in inside
        if not one.name.startswith(PASSED_OVER) and (one.is_dir() or is_broken_link(one))
    ]
    if not found:
        raise NetworkAmiss(f"{folder}: no network is there: a folder with a network.yaml for each")
    return found


def is_broken_link(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def of_folder(kind: type[Chosen], folder: Path) -> Chosen | None:
    """Read one network: `network.yaml`, and the service's own file beside it.

    None for one without a bank, where only a bank is asked for and its file isn't there.
    """
    network, own = read(folder / "network.yaml"), None
    if kind.is_of_a_bank and has_no_bank(network) and not (folder / kind.file).exists():
        return None
    languages = languages_of(network)
    faults = faults_of(network, Network, languages)
    if not faults and network.said["network"] != folder.name:
        why = f"its folder is called {folder.name}: rename one of them"
        faults.append(network.amiss(["network"], why))
    if kind.own:
        own = read(folder / kind.file)
        faults += faults_of(own, kind.own, languages)
    if faults:
        raise NetworkAmiss("\n".join(faults))
    return joined(kind, network, own)


def has_no_bank(network: Document) -> bool:
    return isinstance(network.said, Mapping) and network.said.get("bank") == "none"


def languages_of(network: Document) -> list[str]:
    """Return the languages that a network's texts stand in; none where it doesn't say them well."""
    said = network.said.get("languages") if isinstance(network.said, Mapping) else None
    well = isinstance(said, list) and all(isinstance(one, str) for one in said)
    return list(said or ()) if well else []


def faults_of(document: Document, kind: type[Part], languages: Sequence[str]) -> list[str]:
    """Return what is amiss in one file, each fault with its line and field.

    Without languages the other file is amiss, and it isn't known what texts have to be said in.
    """
    if empty := [*nothing_in(document.said)]:
        return [document.amiss(way, "it says nothing") for way in empty]
    try:
        part = kind.model_validate(document.said)
    except ValidationError as error:
        return faults_in(document, error)
    return [
        document.amiss([*way, language], f"the network speaks {', '.join(languages)}: it is {what}")
        for way, texts in texts_in(part)
        if languages
        for what, several in (
            ("missing", {*languages} - texts.root.keys()),
            ("none of these", texts.root.keys() - {*languages}),
        )
        for language in sorted(several)
    ]


def faults_in(document: Document, error: ValidationError) -> list[str]:
    return [
        document.amiss([one for one in fault["loc"] if one != "[key]"], sentence(fault))
        for fault in error.errors()
    ]


def nothing_in(said: Any, way: Way = ()) -> Iterator[Way]:
    """Give the ways to fields that stand there and say nothing."""
    if said is None or said == {}:
        yield way
    elif isinstance(said, Mapping):
        for name, inner in said.items():
            yield from nothing_in(inner, (*way, str(name)))


def joined(kind: type[Chosen], network: Document, own: Document | None) -> Chosen:
    """Put a network together from its two files, which name the same offers."""
    said = network.said | (own.said if own else {})
    if own and kind.own_offers:
        said |= {"offers": offers_of(kind, network, own)}
    return kind.model_validate(in_order(said, network.said["languages"]))


def offers_of(kind: type[Chosen], network: Document, own: Document) -> dict[str, Any]:
    """Put the offers together that both files have to describe; NetworkAmiss where one doesn't."""
    offers, more = network.said["offers"], own.said["offers"]
    asked = [code for code, offer in offers.items() if offer["kept_by"] in kind.own_offers]
    why = f"network.yaml has no such offer that is kept by {' or '.join(sorted(kind.own_offers))}"
    faults = [own.amiss(["offers", code], why) for code in more if code not in asked]
    why = "it isn't there, and network.yaml has it"
    faults += [own.amiss(["offers", code], why) for code in asked if code not in more]
    if faults:
        raise NetworkAmiss("\n".join(faults))
    return {code: offers[code] | more[code] for code in asked}


def in_order(said: Any, languages: list[str]) -> Any:
    """Return what was said with each text in the order of the network's languages."""
    if not isinstance(said, Mapping):
        return said
    if said.keys() == {*languages}:
        return {language: said[language] for language in languages}
    return {name: in_order(inner, languages) for name, inner in said.items()}


def load_before(kind: type[Chosen], folder: Path) -> dict[str, Chosen]:
    """Read profiles of the release before: a file for each network, the service's own alone."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise NetworkAmiss(f"{folder}: no profile (*.yaml) lies there")
    found: dict[str, Chosen] = {}
    for document in map(read, files):
        try:
            profile = kind.model_validate(kind.of_release_before(document.said))
        except ValidationError as error:
            raise NetworkAmiss("\n".join(faults_in(document, error))) from None
        except (KeyError, TypeError, AttributeError):
            raise NetworkAmiss(document.amiss([], "no profile of the release before")) from None
        if profile.network in found:
            raise NetworkAmiss(document.amiss(["network"], "another file has it, too"))
        found[profile.network] = profile
    return found
