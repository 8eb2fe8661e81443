"""What the environment decides."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from notifications.channels.addresses import Unsendable, mailbox
from shared.settings import SecretKey, ServiceSettings, pair_key

LAST_PORT = 65_535


class Settings(ServiceSettings, service="notifications"):
    """The settings of notifications."""

    private_key: Annotated[str, pair_key("X25519", private=True)] = Field(
        description="Opens the addresses that others seal for us: an X25519 key as a private JWK.",
        repr=False,
        examples=['{"kty":"OKP","crv":"X25519","x":"…","d":"…"}'],
    )
    previous_private_key: Literal[""] | Annotated[str, pair_key("X25519", private=True)] = Field(
        "",
        description="Opens what was sealed before our key was changed, until all is told again.",
        repr=False,
    )
    address_key: SecretKey = Field(
        description="Wraps each recipient's key for her address: an octet JWK of 256 bits."
    )
    link_key: SecretKey = Field(
        description="Signs the links in mails: an octet JWK of 256 bits; another key.",
        examples=['{"kty":"oct","k":"another 43 characters"}'],
    )
    public_url: str = Field(
        description="Where people reach this service; links in mails begin with it.",
        examples=["https://notiser.example.se"],
    )
    smtp_host: str = Field(description="The mail server.", min_length=1, examples=["smtp"])
    smtp_port: int = Field(587, ge=1, le=LAST_PORT)
    smtp_starttls: bool = Field(
        default=True, description="false: only beside a server of one's own."
    )
    smtp_username: str = Field("", description="Empty: the server knows us by our address.")
    smtp_password: str = Field(
        "", description="Goes with the name.", repr=False, validate_default=True
    )
    sender: str = Field(
        description="From which address mails come.", examples=["jobbpakten@example.se"]
    )

    claim_seconds: float = Field(
        45, gt=0, description="Whoever claimed a mail and was silent for so long is gone."
    )
    retry_seconds: float = Field(
        60, gt=0, description="How long to wait after a mail's first try; later ones wait longer."
    )

    @field_validator("public_url")
    @classmethod
    def refuse_an_address_nobody_reaches(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("it begins with https:// and names a host")
        return value.rstrip("/")

    @field_validator("smtp_username")
    @classmethod
    def refuse_a_login_over_an_open_line(cls, value: str, before: ValidationInfo) -> str:
        if value and not before.data.get("smtp_starttls", True):
            needs = "NOTIFICATIONS_SMTP_STARTTLS=true"
            raise ValueError(f"it needs {needs}: a password doesn't go over an open line")
        return value

    @field_validator("smtp_password")
    @classmethod
    def refuse_a_login_without_a_password(cls, value: str, before: ValidationInfo) -> str:
        if before.data.get("smtp_username") and not value:
            raise ValueError("NOTIFICATIONS_SMTP_USERNAME needs it: no server takes a name alone")
        return value

    @field_validator("sender")
    @classmethod
    def refuse_an_odd_sender(cls, value: str) -> str:
        """Take what every mail can be sent from, in the form in which it stands in them."""
        try:
            found = mailbox(value)
        except Unsendable:
            raise ValueError("it isn't an address like jobbpakten@example.se") from None
        if found.utf8:
            raise ValueError("not every mail server takes such letters before the @")
        return found.address
