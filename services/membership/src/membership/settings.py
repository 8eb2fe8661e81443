"""What the environment decides."""

from functools import cached_property

from pydantic import Field

from shared.people.vaults import Vault
from shared.settings import OPENS, PreviousKey, SealingKey, SecretKey, ServiceSettings


class Settings(ServiceSettings, service="membership"):
    """The settings of membership."""

    profiles: str = Field(
        "", description="Of commit f956880: a folder of profiles. Give networks instead."
    )
    contact_key: SecretKey = Field(
        description="Wraps each person's key (contacts, staff, sole traders): an octet JWK, 256 b."
    )
    previous_contact_key: PreviousKey = Field("", description=OPENS, repr=False)
    notifications_public_key: SealingKey

    @cached_property
    def vault(self) -> Vault:
        """Give what seals the facts of persons, and opens them."""
        return Vault(self.contact_key, self.previous_contact_key)
