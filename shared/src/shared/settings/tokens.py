"""Whose tokens a service takes."""

from typing import Annotated

from pydantic import Field

from shared.keys import pair_key
from shared.settings.stages import StageSettings


class TokenSettings(StageSettings):
    """The keys that callers' tokens are signed with."""

    token_public_key: Annotated[str, pair_key("Ed25519", private=False)] = Field(
        description="The Ed25519 key that callers' tokens are signed with, as a public JWK.",
        examples=['{"kty":"OKP","crv":"Ed25519","x":"…"}'],
    )
