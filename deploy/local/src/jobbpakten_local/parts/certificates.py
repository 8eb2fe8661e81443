"""Certificates for a laptop's parts: an authority of its own, and what it signs."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared.time.clock import now

LASTS = timedelta(days=30)
HERE = ("localhost", "127.0.0.1")
FOR_BOTH = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as PEM; whoever signed it stands behind it."""

    certificate: bytes
    key: bytes

    def write(self, folder: Path, name: str) -> "Files":
        """Write both, the key for its owner alone; in one file too, as a broker's keystore."""
        files = Files(*(folder / f"{name}{end}" for end in (".crt", ".key", ".pem")))
        files.certificate.write_bytes(self.certificate)
        for file, held in ((files.key, self.key), (files.both, self.key + self.certificate)):
            file.touch(mode=0o600)
            file.write_bytes(held)
        return files


@dataclass(frozen=True)
class Files:
    """Where a pair lies."""

    certificate: Path
    key: Path
    both: Path


class Authority:
    """Signs certificates; `strict` ones hold all that Python 3.13 demands by default (RFC 5280)."""

    def __init__(self, name: str = "Jobbpakten local", *, strict: bool = True) -> None:
        self.key, self.name, self.strict = ec.generate_private_key(ec.SECP256R1()), name, strict
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        usage = x509.BasicConstraints(ca=True, path_length=0)
        made = self.begun(subject, subject, self.key.public_key(), now(), LASTS)
        made = made.add_extension(usage, critical=True)
        if strict:
            made = made.add_extension(SIGNS, critical=True).add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False
            )
        self.certificate = made.sign(self.key, hashes.SHA256())

    @cached_property
    def pem(self) -> bytes:
        """Give the authority's own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def write(self, folder: Path, name: str = "ca") -> Path:
        file = folder / f"{name}.crt"
        file.write_bytes(self.pem)
        return file

    def sign(self, name: str, *hosts: str, expired: bool = False) -> Pair:
        """Make a certificate of a name, for servers at the hosts (here if none) and for clients."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        since = now() - (2 * LASTS if expired else timedelta(0))
        made = self.begun(subject, self.certificate.subject, key.public_key(), since, LASTS)
        made = made.add_extension(x509.ExtendedKeyUsage(FOR_BOTH), critical=False)
        made = made.add_extension(
            x509.SubjectAlternativeName([host(one) for one in hosts or HERE]), critical=False
        )
        if self.strict:
            whose = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
            made = made.add_extension(whose, critical=False)
        signed = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        return Pair(signed + self.pem, pem_of(key))

    @staticmethod
    def begun(
        subject: x509.Name,
        issuer: x509.Name,
        key: ec.EllipticCurvePublicKey,
        since: datetime,
        lasts: timedelta,
    ) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            issuer,
            subject,
            key,
            x509.random_serial_number(),
            since - timedelta(hours=1),
            since + lasts,
        )


def host(name: str) -> x509.GeneralName:
    """Give a name or an address as certificates hold it."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


SIGNS = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
