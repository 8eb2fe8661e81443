"""The networks' profiles, for what acts without a request: commands, subscribers, the clock."""

from functools import cache

from matching import profiles
from matching.profiles import Profile
from matching.settings import Settings
from shared.database import Tx


def profile(tx: Tx, network: str) -> Profile:
    """Give a network's profile; KeyError for one that this installation doesn't run."""
    return loaded(tx.own(Settings).profiles)[network]


def networks(tx: Tx) -> list[str]:
    """Name the networks that this installation runs."""
    return [*loaded(tx.own(Settings).profiles)]


@cache
def loaded(folder: str) -> dict[str, Profile]:
    return profiles.load(folder)
