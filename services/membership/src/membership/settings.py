"""What the environment decides."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings, service="membership"):
    """The settings of membership."""

    profiles: str = Field("", description="A folder of network profiles; empty: those shipped.")
