"""What the environment decides."""

import json
from functools import cached_property

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import Field, field_validator

from shared.settings import SecretKey, ServiceSettings
from shared.vaults import Vault


class Settings(ServiceSettings, service="membership"):
    """The settings of membership."""

    profiles: str = Field("", description="A folder of network profiles; empty: those shipped.")
    contact_key: SecretKey = Field(
        description="Wraps each person's key (contacts, staff, sole traders): an octet JWK, 256 b."
    )
    notifications_public_key: str = Field(
        description="The X25519 key that addresses are sealed for, as a public JWK.",
        examples=['{"kty":"OKP","crv":"X25519","x":"…"}'],
    )

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
