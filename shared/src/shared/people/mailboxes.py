"""What an e-mail address is: as somebody writes it down, and as a mail server takes it."""

from dataclasses import dataclass
from typing import Annotated, Any

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, Field


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as SMTP takes it; `utf8` if the server has to know SMTPUTF8 for it."""

    address: str
    domain: str
    utf8: bool


def mailbox(address: str) -> Mailbox:
    """Return an address as SMTP takes it, also on a host of one's own.

    ValueError, which doesn't repeat it, for what is none.
    """
    found = validated(address, "this isn't an e-mail address", globally_deliverable=False)
    return Mailbox(written(found), found.ascii_domain, found.smtputf8)


def address(text: str) -> str:
    """Return what somebody wrote as every server takes it; ValueError for what none does.

    Around it may stand what nobody sees and copying brings along, inside it not.
    """
    seen = [place for place, sign in enumerate(text) if sign.isprintable() and sign != " "]
    whole = text[seen[0] : seen[-1] + 1] if seen else ""
    why = "this isn't an e-mail address that every mail server takes"
    return written(validated(whole, why, allow_smtputf8=False))


def validated(text: str, otherwise: str, **rules: Any) -> ValidatedEmail:
    try:
        return validate_email(text, check_deliverability=False, strict=True, **rules)
    except EmailNotValidError:  # its text repeats what was written
        raise ValueError(otherwise) from None


def written(found: ValidatedEmail) -> str:
    return f"{found.local_part}@{found.ascii_domain}"


Email = Annotated[str, Field(max_length=1000, examples=["asa@example.se"]), AfterValidator(address)]
