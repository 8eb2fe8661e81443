"""TLS to what lies outside: one context for each place, which takes what its files say now.

Kafka, PostgreSQL, the mail relay and the identity provider all get theirs here.
"""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import structlog

Doubt = Literal["expired", "not_yet", "other_name", "unknown", "unfit"]
# By OpenSSL's numbers (x509_vfy.h). A chain that doesn't end at an authority of ours ends in many
# ways: no issuer, one that has signed itself, one of the same name with another key.
DOUBTS: dict[int, Doubt] = {9: "not_yet", 10: "expired", 62: "other_name", 64: "other_name"}
DOUBTS |= dict.fromkeys((2, 7, 18, 19, 20, 21, 30), "unknown")

log = structlog.get_logger()


class TlsAmiss(ValueError):
    """Files that no context can be made of; the text names the file and the cure."""


def untrusted(error: ssl.SSLCertVerificationError) -> Doubt:
    """Say in a word why a certificate isn't taken; `unfit`: too weak, or made for something else.

    Each place says itself what helps there.
    """
    return DOUBTS.get(error.verify_code, "unfit")


@dataclass(frozen=True)
class TlsFiles:
    """The PEM files of one place; empty: the system's authorities, no certificate of our own.

    `checks` says how much of the other side is looked at: that an authority of ours has signed
    its certificate (`chain`), and that it was made for the name that we call it by (`name`).
    """

    ca: str = ""
    certificate: str = ""
    key: str = ""
    checks: frozenset[str] = frozenset({"chain", "name"})

    def context(self, kind: type[ssl.SSLContext] = ssl.SSLContext) -> ssl.SSLContext:
        """Make a context; TlsAmiss for a file that is missing, or isn't what it should be."""
        made = kind(ssl.PROTOCOL_TLS_CLIENT)
        # A default since Python 3.13: refuses certificates without Authority Key Identifier, as
        # some operators make them (strimzi-kafka-operator#11375). The chain is checked anyway.
        made.verify_flags &= ~ssl.VERIFY_X509_STRICT
        made.check_hostname = "name" in self.checks
        if "chain" not in self.checks:
            made.verify_mode = ssl.CERT_NONE
        if not self.ca:
            made.load_default_certs()
        self.load_into(made)
        return made

    def load_into(self, context: ssl.SSLContext) -> None:
        """Load the files; TlsAmiss where one can't be read or the key isn't the certificate's."""
        try:
            if self.ca:
                context.load_verify_locations(self.ca)
        except OSError as error:  # ssl.SSLError is one
            why = said(error)
            raise TlsAmiss(f"{self.ca} holds no certificates that can be read: {why}") from None
        if not self.certificate:
            return
        try:
            context.load_cert_chain(self.certificate, self.key or None, password="")
        except OSError as error:
            pair = f"{self.certificate} and {self.key or 'the key in it'}"
            raise TlsAmiss(f"{pair} aren't a certificate and its key: {said(error)}") from None

    def contents(self) -> bytes:
        """Give what tells one state of the files from another."""
        found = hashlib.sha256()
        for name in filter(None, (self.ca, self.certificate, self.key)):
            found.update(Path(name).read_bytes())
        return found.digest()


class LookingContext(ssl.SSLContext):
    """A context that looks at its files before each connection, whoever makes it."""

    look: Callable[[], None] = staticmethod(lambda: None)

    def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:
        self.look()
        return super().wrap_bio(*given, **named)


@dataclass
class Tls:
    """A context that lives as long as the process; its files may be replaced while it does."""

    files: TlsFiles
    context: ssl.SSLContext = field(init=False)
    seen: bytes = field(init=False)
    amiss: str = ""  # what was said last of files that can't be taken

    def __post_init__(self) -> None:
        context = self.files.context(LookingContext)
        self.context, self.seen = context, self.files.contents()
        context.look = self.look  # type: ignore[attr-defined]

    def look(self) -> None:
        """Take what the files hold now; what can't be taken is said once, and doesn't count."""
        amiss = ""
        try:
            if self.refresh():
                log.info("tls_files_taken", key=self.files.certificate or self.files.ca)
        except TlsAmiss as error:
            amiss = f"{error}; the files before it count until it is mended"
            if amiss != self.amiss:
                log.error("tls_files_amiss", reason=amiss)  # noqa: TRY400 - it says all
        self.amiss = amiss

    def refresh(self) -> bool:
        """Take what the files hold now, for connections to come; say whether it was new.

        A pair that is replaced by halves is left until it fits: TlsAmiss is raised, and the context
        goes on as it was. An authority that is no longer in the file is trusted until a restart.
        """
        try:
            now = self.files.contents()
            if now == self.seen:
                return False
            TlsFiles(self.files.ca).load_into(self.context)  # also beside half a pair
            self.files.context()  # OpenSSL: a key that doesn't fit breaks the context it is for
            self.files.load_into(self.context)
        except OSError as error:
            raise TlsAmiss(f"{error.filename} can't be read: {said(error)}") from None
        self.seen = now
        return True


tls_of = cache(Tls)  # one context of these files, for all connections of the process


def said(error: OSError) -> str:
    """Say what is amiss with a file, and nothing that stands in it."""
    reason = getattr(error, "reason", "") or error.strerror or type(error).__name__
    return reason.lower().replace("_", " ")
