"""What the environment decides."""

import re
from functools import cached_property
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator, model_validator

from notifications.channels.addresses import Unsendable, mailbox
from shared.keys import pair_key
from shared.people.vaults import Vault
from shared.settings import OPENS, PreviousKey, SecretKey, ServiceSettings, is_printed

LAST_PORT = 65_535
PRINTED_HOST = re.compile(r"(^|\.)(example(\.(com|net|org|se))?|invalid|test)\.?$")


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
        description="Wraps each recipient's key for their address: an octet JWK of 256 bits."
    )
    previous_address_key: PreviousKey = Field("", description=OPENS, repr=False)
    link_key: SecretKey = Field(
        description="Signs the links in mails: an octet JWK of 256 bits; another key.",
    )
    previous_link_key: PreviousKey = Field(
        "",
        description="The other of both keys while it is changed, and for as long as its links live "
        "(docs/operations/keys.md).",
        repr=False,
    )
    public_url: str = Field(
        description="Where people reach this service, but for its path_prefix; links in mails "
        "begin with the two.",
        examples=["https://notiser.….se"],
    )
    smtp_host: str = Field(description="The mail server.", min_length=1, examples=["smtp"])
    smtp_port: int = Field(
        587,
        ge=1,
        le=LAST_PORT,
        description="One with STARTTLS; not 465, which is TLS from the first byte.",
    )
    smtp_starttls: bool = Field(
        default=True, description="false: only beside a server of one's own."
    )
    smtp_ca_file: str = Field(
        "",
        description="PEM: whoever may vouch for the mail server; empty: the system's authorities.",
    )
    smtp_username: str = Field("", description="Empty: the server knows us by our address.")
    smtp_password: str = Field(
        "", description="Goes with the name.", repr=False, validate_default=True
    )
    sender: str = Field(description="From which address mails come.", examples=["jobbpakten@….se"])

    claim_seconds: float = Field(
        45,
        gt=0,
        description="Whoever claimed a mail and is silent for so long is taken to be gone.",
    )
    retry_seconds: float = Field(
        60, gt=0, description="How long to wait after a mail's first try; later ones wait longer."
    )

    @cached_property
    def vault(self) -> Vault:
        """Give what seals the addresses of recipients, and opens them."""
        return Vault(self.address_key, self.previous_address_key)

    @field_validator("public_url")
    @classmethod
    def refuse_an_address_nobody_reaches(cls, value: str) -> str:
        parts = urlsplit(value)
        asked = "?" in value or "#" in value or "@" in parts.netloc or " " in value
        reached = parts.scheme in {"http", "https"} and parts.hostname and value.isprintable()
        if asked or not reached:
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
            raise ValueError("it isn't an address like jobbpakten@municipality.se") from None
        if found.utf8:
            raise ValueError("not every mail server takes such letters before the @")
        return found.address

    @model_validator(mode="after")
    def refuse_links_over_an_open_line(self) -> Self:
        """Refuse `http://` where mails reach people: whoever listens would open what they open."""
        if self.environment == "production" and urlsplit(self.public_url).scheme != "https":
            raise ValueError(
                f"{self.variable('public_url')}: it begins with https:// in production"
            )
        return self

    @model_validator(mode="after")
    def refuse_a_prefix_twice(self) -> Self:
        if self.path_prefix and self.public_url.endswith(self.path_prefix):
            url, prefix = self.variable("public_url"), self.variable("path_prefix")
            raise ValueError(f"{url}: it doesn't end with {prefix}, which follows it by itself")
        return self

    @model_validator(mode="after")
    def refuse_what_is_printed(self) -> Self:
        """Refuse a password that everybody tries, and to send mails or people into a manual."""
        printed = {
            "smtp_password": is_printed(self.smtp_password, self.smtp_username),
            "smtp_host": is_printed_host(self.smtp_host),
            "sender": is_printed_host(self.sender.rpartition("@")[2]),
            "public_url": is_printed_host(urlsplit(self.public_url).hostname or ""),
        }
        if self.is_for_real and (found := [name for name, so in printed.items() if so]):
            names = ", ".join(self.variable(name) for name in found)
            raise ValueError(f"{names}: it is from a manual: put your own")
        return self


def is_printed_host(host: str) -> bool:
    """Tell a name that manuals write for any host (RFC 2606, and Sweden's own)."""
    return bool(PRINTED_HOST.search(host.casefold()))
