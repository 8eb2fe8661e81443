"""What mails and pages say, in the language of whoever reads them: `sv.yaml`, `en.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shared.networks.profiles import NetworkProfile
from shared.texts import LOCALES, Texts, plain

FALLBACK = "sv"
Networks = Mapping[str, NetworkProfile]


def texts_in(language: str) -> Texts:
    """Return the language's texts; Swedish for one that nobody has translated to yet."""
    base = language.partition("-")[0].lower()
    return read(base if base in LOCALES else FALLBACK)


@cache
def read(language: str) -> Texts:
    return Texts(language, Path(__file__).parent)


def network_name(networks: Networks, network: str) -> str:
    """Return what a network is called; one that isn't run here reads well enough."""
    return networks[network].name if network in networks else plain(network)


def unit_name(networks: Networks, network: str, unit: str, language: str) -> str:
    """Return what a network calls a unit; one that it doesn't name reads well enough."""
    named = networks[network].units if network in networks else {}
    return named[unit].said_in(language) if unit in named else plain(unit)
