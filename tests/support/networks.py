"""The shipped networks as tests take them: as they are, or with something said otherwise."""

import shutil
from pathlib import Path
from typing import Any, TypeVar

import yaml

from shared.networks import load, shipped
from shared.networks.profiles import NetworkProfile

NETWORK = "jobbpakten"
Kind = TypeVar("Kind", bound=NetworkProfile)


def as_known_to(kind: type[Kind], network: str = NETWORK) -> Kind:
    """Return a shipped network as one service knows it."""
    return load(kind, shipped())[network]


def copied(folder: Path, network: str = NETWORK) -> Path:
    """Copy the shipped network into a folder of networks, and return its own folder there."""
    own = folder / network
    shutil.copytree(shipped() / NETWORK, own)
    say(own / "network.yaml", "network", network)
    return own


def say(file: Path, field: str, value: Any) -> None:
    """Say something else in a field, such as `offers.internship.kept_by`; None removes it."""
    whole = yaml.safe_load(file.read_text("utf-8"))
    *way, last = field.split(".")
    part = whole
    for name in way:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    file.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), "utf-8")
