"""In which environment a service runs, and whether somebody's life can be in it."""

from contextlib import suppress
from os import environ
from typing import Any, ClassVar, Literal

from pydantic import PrivateAttr
from pydantic_settings import SettingsConfigDict

from shared.settings.files import FileAmiss, WithSecretFiles, files_of, read


class StageSettings(WithSecretFiles):
    """What each group of settings has to know: whose they are, and whether they are for real."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    service: ClassVar[str]

    environment: Literal["production", "staging", "test", "demo"] = "production"

    _files: dict[str, str] = PrivateAttr(default_factory=dict)
    _read_last: dict[str, str] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _: Any) -> None:
        """Keep where secrets are read again."""
        said = {name.lower(): value for name, value in environ.items()}
        self._files |= files_of(type(self), f"{self.service}_", said)

    def current(self, name: str) -> str:
        """Give a secret as its file holds it now: the last that was read where it can't be.

        For passwords, at each new connection: they may be replaced while we run.
        """
        if path := self._files.get(name):
            with suppress(FileAmiss):
                self._read_last[name] = read(self.variable(name), path)
        return self._read_last.get(name) or str(getattr(self, name))

    @property
    def is_for_real(self) -> bool:
        """Tell whether somebody's life can be in it."""
        return self.environment in {"production", "staging"}

    @classmethod
    def variable(cls, name: str) -> str:
        """Name a setting as the environment does."""
        return f"{cls.service}_{name}".upper()
