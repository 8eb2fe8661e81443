"""Whose tokens a service takes."""

from typing import Annotated, Literal

from pydantic import Field

from shared.keys import pair_key
from shared.settings.stages import StageSettings

SIGNED_WITH = pair_key("Ed25519", private=False)


class TokenSettings(StageSettings):
    """The keys that people's tokens are signed with, and who else signs: for machines."""

    token_public_key: Annotated[str, SIGNED_WITH] = Field(
        description="The Ed25519 key that people's tokens are signed with, as a public JWK.",
        examples=['{"kty":"OKP","crv":"Ed25519","x":"…"}'],
    )
    previous_token_public_key: Literal[""] | Annotated[str, SIGNED_WITH] = Field(
        "", description="The key before that one, for the 8 hours that its last token lives."
    )
    token_issuers_file: str = Field(
        "",
        description="YAML: who else signs tokens, and which machines call; empty: none does.",
    )
