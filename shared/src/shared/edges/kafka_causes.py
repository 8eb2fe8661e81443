"""Why Kafka doesn't take us in: its clients hide the cause, so it is asked for, and said."""

import asyncio
import errno
import socket
import ssl
from typing import Any

from aiokafka import errors
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.protocol.metadata import MetadataRequest

from shared.edges.kafka import SCRAM, arguments
from shared.edges.tls import Doubt, TlsAmiss, untrusted
from shared.settings.kafka import KafkaAccess

ANSWER_SECONDS = 5
NOT_ALLOWED = (
    errors.ClusterAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.TopicAuthorizationFailedError,
    errors.TransactionalIdAuthorizationFailed,
)
# ValueError: of files that give no TLS, and of servers that no address is made of.
FROM_CLIENTS = (errors.KafkaError, ValueError, TimeoutError)
ACL = "`jobbpakten topics acl` says what it needs"

UNTRUSTED: dict[Doubt, str] = {
    "expired": "has a certificate that is out of date: renew it there",
    "not_yet": "has a certificate of a day to come: set the clock right, here or there",
    "other_name": "has a certificate of another name: correct {kafka_servers} to what that says",
    "unknown": "has a certificate of an authority that we don't know: put that one's into "
    "{kafka_ca_file}",
    "unfit": "has a certificate that is too weak, or no server's: have another made there",
}
TLS_HUNG_UP = (
    "hangs up: it wants a client certificate, in date and of an authority that it knows "
    "({kafka_certificate_file}), or speaks no TLS at that port"
)
HUNG_UP = "hangs up: it may want TLS at that port, correct {kafka_security}"
NO_TLS = "speaks no TLS at that port: correct {kafka_servers} or {kafka_security}"
NO_SCRAM = f"takes no {SCRAM} at that port: enable it there, or correct {{kafka_servers}}"
OTHER_SASL = "takes users where we name none, or the reverse: correct {kafka_security}"
NOBODY = "isn't there (connection refused): start it, or correct {kafka_servers}"
UNREACHED = "can't be reached ({kind}): start it, or correct {kafka_servers}"
MEANINGS: tuple[tuple[type[BaseException], str], ...] = (
    (
        errors.SaslAuthenticationFailed,
        "refuses the user or the password: correct {kafka_user} or {kafka_password}",
    ),
    (errors.UnsupportedSaslMechanismError, NO_SCRAM),
    (errors.IllegalSaslStateError, OTHER_SASL),
    (ConnectionResetError, HUNG_UP),
    (socket.gaierror, "has a name that nobody knows: correct {kafka_servers}"),
    (TimeoutError, f"says nothing for {ANSWER_SECONDS} s: start it, or correct {{kafka_servers}}"),
)


async def cause(settings: KafkaAccess, error: BaseException) -> str:
    """Say why, whose fault and what mends it, in a sentence; empty: Kafka is not the cause.

    A refusal of what we may is in the error. What else keeps us out is found by one connection to
    each server, made as the clients make theirs.
    """
    if isinstance(error, NOT_ALLOWED):
        return f"Kafka at {settings.kafka_servers} {forbidden(error)}."
    if not isinstance(error, FROM_CLIENTS):
        return ""
    try:
        made = arguments(settings)
        places = [(host, port) for host, port, _ in collect_hosts(made.pop("bootstrap_servers"))]
    except TlsAmiss as amiss:
        return f"No TLS to Kafka at {settings.kafka_servers}: {amiss}."
    except ValueError as amiss:  # of a port that is no number
        return f"Kafka at {settings.kafka_servers} {meaning(settings, amiss)}."
    found = await asyncio.gather(*(fault(settings, made, *place) for place in places))
    if "" in found:  # somebody lets us in: the others are an outage that Kafka lives with
        return ""
    return " ".join(
        f"Kafka at {at(*place)} {said}." for place, said in sorted(zip(places, found, strict=True))
    )


def at(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def forbidden(error: errors.KafkaError) -> str:
    """Say what we aren't allowed."""
    about = error.args[0] if error.args else ""
    names = ", ".join(sorted(about)) if isinstance(about, set | frozenset | list) else str(about)
    match error:
        case errors.TopicAuthorizationFailedError():
            made = "`jobbpakten topics apply` makes it"
            return f"has no topic {names}, or doesn't allow it us: {made}, {ACL}"
        case errors.GroupAuthorizationFailedError():
            return f"doesn't allow us the group {names}: {ACL}"
        case errors.TransactionalIdAuthorizationFailed():
            return f"doesn't allow us the transactional id {names}: {ACL}"
    return f"doesn't allow us this: {ACL}"


async def fault(settings: KafkaAccess, made: dict[str, Any], host: str, port: int) -> str:
    """Connect to one server as a client does, once; say what it refuses, "" if nothing."""
    try:
        line = await create_conn(host, port, request_timeout_ms=ANSWER_SECONDS * 1_000, **made)
        try:
            await line.send(MetadataRequest([]))
        except errors.KafkaConnectionError:  # so far anybody gets
            return meaning(settings, errors.IllegalSaslStateError())
        finally:
            await asyncio.wait([line.close()], timeout=1)
    except Exception as error:  # noqa: BLE001 - whatever it is: who asks is in trouble already
        return meaning(settings, error)
    return ""


def meaning(settings: KafkaAccess, error: BaseException) -> str:
    """Say what a refused connection means, and the cure."""
    names = {name: settings.variable(name) for name in KafkaAccess.model_fields}
    if isinstance(error, ssl.SSLCertVerificationError):
        said = UNTRUSTED[untrusted(error)]
    elif is_hung_up(error):
        said = TLS_HUNG_UP if settings.kafka_tls else HUNG_UP
    elif settings.kafka_tls and isinstance(error, ssl.SSLError | ConnectionResetError):
        said = NO_TLS
    else:
        said = next((said for kinds, said in MEANINGS if isinstance(error, kinds)), UNREACHED)
    if is_refused(error):
        said = NOBODY
    return said.format(**names, kind=type(error).__name__)


def is_hung_up(error: BaseException) -> bool:
    """Tell a broker that ends the connection; TLS 1.3 says no more to a client it doesn't want."""
    if isinstance(error, ssl.SSLError):
        return "ALERT" in (error.reason or "")
    return isinstance(error, errors.KafkaConnectionError)


def is_refused(error: BaseException) -> bool:
    """Tell that nobody listens there; asyncio sums up what a name's several addresses said."""
    several = isinstance(error, OSError) and f"[Errno {errno.ECONNREFUSED}]" in str(error)
    return several or isinstance(error, ConnectionRefusedError)
