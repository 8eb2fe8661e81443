"""What the environment decides."""

from functools import cached_property

from pydantic import Field

from shared.people.vaults import Vault
from shared.settings import OPENS, PreviousKey, SealingKey, SecretKey, ServiceSettings


class Settings(ServiceSettings, service="matching"):
    """The settings of matching."""

    profiles: str = Field(
        "", description="Of commit f956880: a folder of profiles. Give networks instead."
    )
    identity_key: SecretKey = Field(
        description="Wraps each person's key for what identifies them: an octet JWK of 256 bits."
    )
    previous_identity_key: PreviousKey = Field("", description=OPENS, repr=False)
    sensitive_key: SecretKey = Field(
        description="The same for sensitive facts; another key.",
    )
    previous_sensitive_key: PreviousKey = Field("", description=OPENS, repr=False)
    notifications_public_key: SealingKey
    cases_kept_days: int = Field(
        730, gt=0, le=36_500, description="How long a case is kept when its person has left."
    )
    runs_kept_days: int = Field(
        90, gt=0, le=3_650, description="How long it is kept whom a run ranked for which place."
    )

    @cached_property
    def identity_vault(self) -> Vault:
        """Give what seals who people are, and opens it."""
        return Vault(self.identity_key, self.previous_identity_key)

    @cached_property
    def sensitive_vault(self) -> Vault:
        """Give what seals sensitive facts, and opens them."""
        return Vault(self.sensitive_key, self.previous_sensitive_key)
