"""Secrets from files: `MEMBERSHIP_CONTACT_KEY_FILE=/run/secrets/contact_key` for each secret X.

A file shows in no list of processes and in no crash report, and may be replaced while we run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource

from shared.arguments import odd
from shared.settings.words import is_key


class FileAmiss(ValueError):
    """A secret's file gives none; the text names setting, file and cure, and nothing in it."""


def is_secret(name: str, field: FieldInfo) -> bool:
    """Tell a setting that may be a file instead: a key, a password, an address that holds one."""
    return is_key(name) or not field.repr


def files_of(
    kind: type[BaseSettings], prefix: str, said: Mapping[str, str | None]
) -> dict[str, str]:
    """Give the files that the environment names for secrets, by the secret's field."""
    found = {
        name: said.get(f"{prefix}{name}_file".lower())
        for name, field in kind.model_fields.items()
        if is_secret(name, field)
    }
    return {name: path for name, path in found.items() if path}


def read(variable: str, path: str) -> str:
    """Read a secret, without the newline that editors leave; FileAmiss where there is none."""
    if odd([path]):
        raise FileAmiss(f"{variable}: it isn't UTF-8: type it anew")
    try:
        text = Path(path).read_bytes().decode()
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise FileAmiss(f"{variable}: {path} can't be read: {why}: put the secret there") from None
    except UnicodeDecodeError:
        raise FileAmiss(f"{variable}: {path} isn't UTF-8: write the secret anew") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise FileAmiss(f"{variable}: {path} is empty: put the secret there")
    return text


class SecretFiles(PydanticBaseSettingsSource):
    """Fills each secret from the file that the environment names for it."""

    def __init__(self, kind: type[BaseSettings], environment: EnvSettingsSource) -> None:
        super().__init__(kind)
        self.prefix, self.said = environment.env_prefix, environment.env_vars

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic's
        """Give nothing: all is read at once, so that all that is amiss is said at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Read all; FileAmiss with a sentence for each that is amiss, or is given twice."""
        found, amiss = {}, []
        for name, path in files_of(self.settings_cls, self.prefix, self.said).items():
            variable = f"{self.prefix}{name}".upper()
            try:
                if self.said.get(variable.lower()):
                    both = f"{variable} and {variable}_FILE are both set: take one away"
                    raise FileAmiss(both)  # noqa: TRY301 - all are said at once
                found[name] = read(f"{variable}_FILE", path)
            except FileAmiss as error:
                amiss.append(str(error))
        if amiss:
            raise FileAmiss("\n".join(amiss))
        return found


class WithSecretFiles(BaseSettings):
    """Settings that are read from the environment, and secrets from files that it names too."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put what is given by name before files, and files before the environment."""
        files = SecretFiles(settings_cls, cast("EnvSettingsSource", env_settings))
        return init_settings, files, env_settings
