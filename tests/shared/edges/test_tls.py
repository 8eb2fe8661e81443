"""A TLS context checks what it should, says what is amiss, and takes new files while it lives."""

import ssl
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.support.tls import greeted, made, serving

from jobbpakten_local.parts import certificates
from jobbpakten_local.parts.certificates import Authority
from shared.edges.tls import Tls, TlsAmiss, TlsFiles, untrusted


async def test_only_what_our_authority_signed_for_this_name_is_trusted(tmp_path: Path) -> None:
    ours, another = Authority(), Authority("another")
    ca = str(ours.write(tmp_path))
    context = TlsFiles(ca).context()
    async with serving(made(tmp_path, ours)) as port:
        assert await greeted(port, context) == b"hello"
        with pytest.raises(ssl.SSLCertVerificationError) as other_name:
            await greeted(port, context, "kafka.example")
        assert untrusted(other_name.value) == "other_name"
    async with serving(made(tmp_path, another)) as port:
        with pytest.raises(ssl.SSLCertVerificationError) as unknown:
            await greeted(port, context)
        assert untrusted(unknown.value) == "unknown"
    expired = ours.sign("server", expired=True).write(tmp_path, "expired")
    async with serving(expired) as port:
        with pytest.raises(ssl.SSLCertVerificationError) as over:
            await greeted(port, context)
        assert untrusted(over.value) == "expired"


async def test_a_certificate_that_is_no_server_s_is_told_from_a_stranger_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "FOR_BOTH", [ExtendedKeyUsageOID.CLIENT_AUTH])
    ours = Authority()
    context = TlsFiles(str(ours.write(tmp_path))).context()
    async with serving(made(tmp_path, ours)) as port:
        with pytest.raises(ssl.SSLCertVerificationError) as unfit:
            await greeted(port, context)
        assert untrusted(unfit.value) == "unfit"


async def test_an_authority_of_the_same_name_with_another_key_is_unknown(tmp_path: Path) -> None:
    context = TlsFiles(str(Authority().write(tmp_path))).context()
    async with serving(made(tmp_path, Authority())) as port:
        with pytest.raises(ssl.SSLCertVerificationError) as unknown:
            await greeted(port, context)
        assert untrusted(unknown.value) == "unknown"


async def test_without_a_ca_file_the_system_s_authorities_count(tmp_path: Path) -> None:
    async with serving(made(tmp_path, Authority())) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await greeted(port, TlsFiles().context())
        assert await greeted(port, TlsFiles(checks=frozenset()).context()) == b"hello"


async def test_a_certificate_without_key_identifiers_is_taken(tmp_path: Path) -> None:
    """Strimzi's are; Python 3.13 would refuse them, as 3.11 does with its flag."""
    lax = Authority(strict=False)
    context = TlsFiles(str(lax.write(tmp_path))).context()
    async with serving(made(tmp_path, lax)) as port:
        assert await greeted(port, context) == b"hello"
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        with pytest.raises(ssl.SSLCertVerificationError):
            await greeted(port, context)


async def test_a_rotated_pair_is_taken_and_half_of_one_breaks_nothing(tmp_path: Path) -> None:
    ours, clients = Authority(), Authority("clients")
    pair = made(tmp_path, clients, "matching")
    files = TlsFiles(str(ours.write(tmp_path)), str(pair.certificate), str(pair.key))
    tls = Tls(files)
    async with serving(made(tmp_path, ours), clients.write(tmp_path, "clients")) as port:
        assert not tls.refresh()
        assert await greeted(port, tls.context) == b"hello"
        new = clients.sign("matching")
        pair.certificate.write_bytes(new.certificate)
        with pytest.raises(TlsAmiss, match="aren't a certificate and its key: key values mismatch"):
            tls.refresh()
        assert await greeted(port, tls.context) == b"hello"
        pair.key.write_bytes(new.key)
        assert tls.refresh()
        assert not tls.refresh()
        assert await greeted(port, tls.context) == b"hello"


async def test_an_authority_that_is_added_to_the_file_is_trusted(tmp_path: Path) -> None:
    old, new = Authority("old"), Authority("new")
    ca = old.write(tmp_path)
    tls = Tls(TlsFiles(str(ca)))
    async with serving(made(tmp_path, new)) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await greeted(port, tls.context)
        ca.write_bytes(old.pem + new.pem)
        assert tls.refresh()
        assert await greeted(port, tls.context) == b"hello"


async def test_what_is_amiss_with_a_file_is_said_and_nothing_of_what_it_holds(
    tmp_path: Path,
) -> None:
    gone, text = str(tmp_path / "gone"), tmp_path / "text"
    text.write_text("secret words")
    pair = made(tmp_path, Authority())
    for files in (
        TlsFiles(gone),
        TlsFiles(str(text)),
        TlsFiles(certificate=str(text), key=str(pair.key)),
        TlsFiles(certificate=str(pair.certificate), key=gone),
        TlsFiles(certificate=str(pair.certificate)),
    ):
        with pytest.raises(TlsAmiss) as amiss:
            files.context()
        assert str(tmp_path) in str(amiss.value)
        assert "secret" not in str(amiss.value)
    tls = Tls(TlsFiles(certificate=str(pair.certificate), key=str(pair.key)))
    pair.key.unlink()
    with pytest.raises(TlsAmiss, match=r"server\.key can't be read: no such file"):
        tls.refresh()
