"""Keys made by chance, one for each purpose, as the settings of all services take them."""

import json
from functools import cached_property

from joserfc.jwk import OctKey, OKPKey

from shared.settings import words

SECRET_BITS = 256
SECRETS = (
    "MEMBERSHIP_CONTACT_KEY",
    "MATCHING_IDENTITY_KEY",
    "MATCHING_SENSITIVE_KEY",
    "NOTIFICATIONS_ADDRESS_KEY",
    "NOTIFICATIONS_LINK_KEY",
)
PRIVATE = "NOTIFICATIONS_PRIVATE_KEY"
SEALERS = ("MEMBERSHIP_NOTIFICATIONS_PUBLIC_KEY", "MATCHING_NOTIFICATIONS_PUBLIC_KEY")


def previous_of(setting: str) -> str:
    """Name the setting that holds what a key was before."""
    service, _, name = setting.partition("_")
    return f"{service}_{words.previous_of(name)}".upper()


class Keys:
    """All keys of one stage: new with it, gone with it."""

    def __init__(self) -> None:
        self.secrets: dict[str, OctKey] = {}

    @cached_property
    def pair(self) -> OKPKey:
        return OKPKey.generate_key("Ed25519")

    @cached_property
    def sealing(self) -> OKPKey:
        return OKPKey.generate_key("X25519")

    @property
    def public(self) -> str:
        """Give the key that services read tokens with."""
        return json.dumps(self.pair.as_dict(private=False))

    @property
    def private(self) -> str:
        """Give the key that tokens are made with."""
        return json.dumps(self.pair.as_dict(private=True))

    @property
    def sealing_public(self) -> str:
        """Give the key that addresses are sealed with, for notifications."""
        return json.dumps(self.sealing.as_dict(private=False))

    @property
    def sealing_private(self) -> str:
        """Give the key that notifications opens them with."""
        return json.dumps(self.sealing.as_dict(private=True))

    def secret(self, name: str) -> str:
        """Give a key of 256 bits as an octet JWK: the same for the same name."""
        if name not in self.secrets:
            self.secrets[name] = OctKey.generate_key(SECRET_BITS)
        return json.dumps(self.secrets[name].as_dict(private=True))

    @property
    def settings(self) -> dict[str, str]:
        """Give what the services' environment says of keys, but for those of tokens."""
        for_one = {name: self.secret(name) for name in SECRETS}
        for_all = dict.fromkeys(SEALERS, self.sealing_public)
        return for_one | for_all | {PRIVATE: self.sealing_private}
