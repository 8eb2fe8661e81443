"""What the environment decides: `FOLLOWUP_DATABASE_URL` and so on."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings, service="followup"):
    """Followup needs nothing but what every service needs."""
