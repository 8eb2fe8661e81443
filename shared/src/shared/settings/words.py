"""How settings are named, shown and doubted; what is taken from a manual is refused."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.fields import FieldInfo

from shared.keys import pair_key, secret_key

PLACEHOLDER = "…"  # stands in every example for what nobody may take over from it
# What manuals, also ours, print where a password belongs: one sign, or such words and no other.
HOLDS_A_PLACE = re.compile(
    r"<.*>|\$?\{.*\}|(.)\1+|[\W\d_]*((change|replace|insert|enter|put|me|mine|my|your|this|here|the"
    r"|s[e3]cret|pass|w[o0]rd|wd|pwd?|example|default|dummy|demo|test|to|do|postgres|user|admin|root"
    r"|guest|hemligt?|lösen|ord|et|ditt|mitt|byt|ut|här|exempel)[\W\d_]*)+"
)

# What a vault or a signature is made with; never shown where settings are shown.
SecretKey = Annotated[str, secret_key(), Field(repr=False, examples=['{"kty":"oct","k":"…"}'])]
OPENS = (
    "The other of both keys while one is changed, until `jobbpakten keys rotate` says it may go "
    "(docs/operations/keys.md)."
)
PreviousKey = Literal[""] | Annotated[str, secret_key()]
SealingKey = Annotated[
    str,
    pair_key("X25519", private=False),
    Field(
        description="The X25519 key that addresses are sealed for, as a public JWK.",
        examples=['{"kty":"OKP","crv":"X25519","x":"…"}'],
    ),
]


def is_key(name: str) -> bool:
    """Tell a setting that is a key by its name."""
    return name.endswith("_key")


def previous_of(name: str) -> str:
    """Name the setting that holds what a key was before."""
    return f"previous_{name}"


def is_printed(password: Any, username: Any) -> bool:
    """Tell a password that whoever has read a manual tries first, or one that holds its place."""
    word = str(password or "").casefold().replace(str(username or "me").casefold(), "me")
    return bool(HOLDS_A_PLACE.fullmatch(word))


def example_of(field: FieldInfo, service: str) -> str:
    """Give an example of a setting, for this very service."""
    return str((field.examples or [field.default])[0]).replace("membership", service)
