"""What the environment decides."""

from pydantic import Field

from shared.settings import SealingKey, SecretKey, ServiceSettings


class Settings(ServiceSettings, service="matching"):
    """The settings of matching."""

    profiles: str = Field(
        "", description="Of the release before: a folder of profiles. Give networks instead."
    )
    identity_key: SecretKey = Field(
        description="Wraps each person's key for what identifies them: an octet JWK of 256 bits."
    )
    sensitive_key: SecretKey = Field(
        description="The same for sensitive facts; another key.",
    )
    notifications_public_key: SealingKey
    cases_kept_days: int = Field(
        730, gt=0, le=36_500, description="How long a case is kept when its person has left."
    )
    runs_kept_days: int = Field(
        90, gt=0, le=3_650, description="How long it is kept whom a run ranked for which place."
    )
