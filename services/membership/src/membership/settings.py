"""What the environment decides."""

import json
from functools import cached_property

from joserfc.errors import JoseError
from joserfc.jwk import OctKey, OKPKey
from pydantic import Field, field_validator

from shared.settings import ServiceSettings
from shared.vaults import KEY_BITS, Vault


class Settings(ServiceSettings, service="membership"):
    """The settings of membership."""

    profiles: str = Field("", description="A folder of network profiles; empty: those shipped.")
    contact_key: str = Field(
        description="Wraps each person's key (contacts, staff, sole traders): an octet JWK, 256 b.",
        examples=['{"kty":"oct","k":"43 characters of base64url"}'],
        repr=False,
    )
    notifications_public_key: str = Field(
        description="The X25519 key that addresses are sealed for, as a public JWK.",
        examples=['{"kty":"OKP","crv":"X25519","x":"…"}'],
    )

    @field_validator("contact_key")
    @classmethod
    def refuse_another_secret(cls, value: str) -> str:
        try:
            bits = 8 * len(OctKey.import_key(json.loads(value)).raw_value)
        except (ValueError, TypeError, JoseError, KeyError):
            bits = 0
        if bits != KEY_BITS:
            raise ValueError(f"it isn't an octet JWK of {KEY_BITS} bits")
        return value

    @field_validator("notifications_public_key")
    @classmethod
    def refuse_a_key_that_seals_nothing(cls, value: str) -> str:
        try:
            key = OKPKey.import_key(json.loads(value))
            fits = key.curve_name == "X25519" and not key.is_private
        except (ValueError, TypeError, JoseError, KeyError):
            fits = False
        if not fits:
            raise ValueError("it isn't a public JWK of the kind OKP on X25519")
        return value

    @cached_property
    def vault(self) -> Vault:
        """Give what seals the facts of persons, and opens them."""
        return Vault(self.contact_key)
