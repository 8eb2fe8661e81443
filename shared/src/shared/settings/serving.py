"""Under which path a service's calls stand."""

import re

from pydantic import Field, field_validator

from shared.settings.stages import StageSettings

PREFIX = re.compile(r"(/[a-z0-9-]+)*")


class ServingSettings(StageSettings):
    """How the service is reached over HTTP."""

    path_prefix: str = Field(
        "",
        description="The path that all calls stand under, where one host leads to all services; "
        "the proxy in front passes it on as it is. Empty: none.",
        examples=["/membership"],
    )

    @field_validator("path_prefix")
    @classmethod
    def refuse_an_odd_prefix(cls, value: str) -> str:
        if not PREFIX.fullmatch(value):
            said = "it begins with /, doesn't end with one, and holds only a-z, 0-9, - and /"
            raise ValueError(said)
        return value
