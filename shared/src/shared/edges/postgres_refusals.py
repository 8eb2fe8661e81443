"""Why PostgreSQL, or a pooler before it, doesn't let us in: the cause, and what mends it.

Drivers say the cause in many ways, and some not at all: each was tried on the real parts.
"""

import ssl
from collections.abc import Callable
from typing import Any

from shared.edges.tls import Doubt, TlsAmiss, untrusted

WITHOUT_TLS = "takes TLS only: set {database_tls} to verify-full, with {database_ca_file}"
WRONG_WORD = "doesn't let us in: correct the password in {password}"
CERTIFICATE = "{database_certificate_file} and {database_key_file}"
IS_A_POOLER = (
    "is a pooler, and nothing may stand between: set {database_direct_url} to PostgreSQL itself"
)
NO_LINEAGE = (
    "doesn't let us ask which database it is: grant our user EXECUTE on pg_control_system(), "
    "pg_current_wal_insert_lsn() and pg_walfile_name()"
)
UNFIT_POOLER = (
    "is a pooler that loses prepared statements: take pgbouncer 1.21 or newer with "
    "max_prepared_statements above 0, or set {database_url} to PostgreSQL itself"
)
ANOTHER_USERS = (
    "takes our certificate for another user's: put that of the user in {address} into "
    f"{CERTIFICATE}"
)
# By SQLSTATE and what the text holds, in this order: the first that fits.
SAID = [
    ("28000", "no encryption", WITHOUT_TLS),
    ("28000", "no pg_hba.conf entry", "has no line for us in its pg_hba.conf: add one there"),
    ("28000", "valid client certificate", f"wants a certificate of ours: set {CERTIFICATE}"),
    ("28000", "certificate authentication failed", ANOTHER_USERS),
    ("28000", "", "doesn't let us in: correct the user in {address}"),
    ("28P01", "", WRONG_WORD),
    ("3D000", "", "doesn't exist: create it, or correct {address}"),
    # pgbouncer says all of it with the one state of a broken protocol.
    ("08P01", "ssl required", WITHOUT_TLS),
    ("08P01", "authentication failed", WRONG_WORD),
    ("08P01", "unsupported startup parameter", IS_A_POOLER),
]
UNTRUSTED: dict[Doubt, str] = {
    "expired": "shows a certificate that has expired: have it renewed there",
    "not_yet": "shows a certificate of a day to come: set the clock right, here or there",
    "other_name": "shows a certificate for another host: have its name put there, or correct "
    "{address}",
    "unknown": "shows a certificate of an authority that we don't know: put that authority into "
    "{database_ca_file}",
    "unfit": "shows a certificate that is too weak, or no server's: have another made there",
}
NO_TLS_THERE = "takes no TLS: switch it on there; only a network of your own does without"
# TLS 1.3: the server looks at our certificate when we think that all is well, and hangs up.
HUNG_UP = f"hangs up when we greet it: it is ending, or our certificate in {CERTIFICATE} is out of "
HUNG_UP += "date, or of an authority that it doesn't know"


class DatabaseRefuses(ConnectionError):
    """A database doesn't let us in, and says why; in a service it has been logged, once.

    It is an outage: once a person has mended it, work goes on.
    """

    def __init__(self, at: str, fault: str) -> None:
        super().__init__(f"The database at {at} {fault}.")
        self.at, self.fault = at, fault


def fault_of(error: Exception, *, shows_certificate: bool) -> str:
    """Give what a person has to know, with settings in braces; empty: it is away, or a bug."""
    if isinstance(error, TlsAmiss):
        return f"can't be asked: {error}".replace("{", "{{").replace("}", "}}")
    if isinstance(error, ssl.SSLCertVerificationError):
        return UNTRUSTED[untrusted(error)]
    if isinstance(error, ConnectionError) and "rejected SSL upgrade" in str(error):
        return NO_TLS_THERE
    state, text = getattr(error, "sqlstate", None) or "", str(error).lower()
    if state == "08003" or isinstance(error, (ssl.SSLError, ConnectionResetError)):
        return HUNG_UP if shows_certificate else ""
    fits = (said for code, words, said in SAID if code == state and words in text)
    return next(fits, "")


def filled(fault: str, address: str, named: Callable[[str], str], *, own_password: bool) -> str:
    """Put the settings' names into a sentence."""
    names: dict[str, Any] = {
        name: named(name)
        for name in (
            *("database_url", "database_direct_url", "database_tls", "database_ca_file"),
            *("database_certificate_file", "database_key_file"),
        )
    }
    password = named("database_password") if own_password else named(address)
    return fault.format(address=named(address), password=password, **names)
