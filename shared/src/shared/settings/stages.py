"""In which environment a service runs, and whether somebody's life can be in it."""

from typing import ClassVar, Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class StageSettings(BaseSettings):
    """What each group of settings has to know: whose they are, and whether they are for real."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    service: ClassVar[str]

    environment: Literal["production", "staging", "test", "demo"] = "production"

    @property
    def is_for_real(self) -> bool:
        """Tell whether somebody's life can be in it."""
        return self.environment in {"production", "staging"}

    @classmethod
    def variable(cls, name: str) -> str:
        """Name a setting as the environment does."""
        return f"{cls.service}_{name}".upper()
