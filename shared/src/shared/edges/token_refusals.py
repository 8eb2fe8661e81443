"""Why tokens are refused: said in the log, each cause once in a while, and never to the caller.

No sentence shows anything of a token: whoever reads logs could else call as somebody.
"""

import structlog
from joserfc import errors
from pydantic import ValidationError

from shared.logs import Seldom

QUIET_SECONDS = 600
# The first that fits is said.
CAUSES: dict[type[Exception], str] = {
    errors.ExpiredTokenError: "it is over",
    errors.BadSignatureError: "its signature isn't by a key of its issuer's",
    errors.InvalidKeyIdError: "its issuer has no such key",
    errors.UnsupportedAlgorithmError: "it is signed by an algorithm that isn't taken",
    errors.MissingAlgorithmError: "it doesn't say how it is signed",
    errors.KeyParameterError: "its algorithm isn't its key's",
    errors.InvalidKeyCurveError: "its algorithm isn't its key's",
    errors.ExceededSizeError: "it is too large",
}

log = structlog.get_logger()


class TokenAmiss(ValueError):
    """A token isn't taken; the text is one of ours and shows nothing of it."""


def cause_of(error: Exception) -> str:
    """Say why a token was refused, in words of ours."""
    for kind, cause in CAUSES.items():
        if isinstance(error, kind):
            return cause
    match error:
        case TokenAmiss():
            return str(error)
        case errors.MissingClaimError():
            return f"it doesn't say {error.claim}"
        case errors.ClaimError():
            return f"its {error.claim} isn't what it should be"
        case ValidationError():
            return f"its {error.errors()[0]['loc'][0]} isn't what it should be"
    return f"it can't be read ({type(error).__name__})"


class TokenRefusals:
    """Remembers what was said."""

    def __init__(self) -> None:
        self.seldom = Seldom(QUIET_SECONDS)

    def note(self, whose: str, error: Exception) -> None:
        """Say whose token was refused and why, unless it was said a short while ago."""
        reason = cause_of(error)
        if self.seldom.lets((whose, reason)):
            log.warning("token_refused", at=whose, reason=reason)
