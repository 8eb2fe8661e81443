"""How each service knows a network, and what is said of one that can't be used."""

from collections.abc import Callable
from pathlib import Path

import pytest

import followup.profiles
import matching.profiles
import membership.profiles
from shared.networks import NetworkAmiss, load
from shared.networks.profiles import NetworkProfile

KINDS: dict[str, type[NetworkProfile]] = {
    "network.yaml": NetworkProfile,
    "membership.yaml": membership.profiles.Profile,
    "matching.yaml": matching.profiles.Profile,
    "followup.yaml": followup.profiles.Profile,
}


def complaint(folder: Path, kind: type[NetworkProfile]) -> str:
    with pytest.raises(NetworkAmiss) as amiss:
        load(kind, folder)
    return str(amiss.value)


def spoilt(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text("utf-8")), "utf-8")
