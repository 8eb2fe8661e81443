"""What became of a mail, by the step at which its conversation ended and what the server said."""

import ssl
from dataclasses import dataclass, field
from typing import Literal

from notifications.channels.alarms import Alarm
from notifications.channels.smtp_blames import STATUS, STATUSES, Blame, blamed
from notifications.channels.smtp_lines import Unasked
from shared.edges.tls import Doubt, TlsAmiss, untrusted

Result = Literal["accepted", "refused", "deferred", "uncertain", "unsendable"]

# Before the recipient is named the trouble is everybody's: a wrong password isn't her fault.
EVERYBODYS = {"connect", "ehlo", "helo", "starttls", "login", "mail"}
BUSY = {421, 451}  # it takes nobody's mail for now
LATER, NEVER = 4, 5

# What a person has to see to. At these steps whatever goes wrong is about one thing;
OF_STEP: dict[str, Alarm] = {"starttls": "without_tls", "login": "refuses_login"}
# elsewhere an answer's blame decides, and before the recipient is named a no for good is about us.
OF_BLAME: dict[Blame, Alarm] = {"login": "refuses_login", "us": "refuses_us"}
OF_CERTIFICATE: dict[Doubt, str] = {
    "expired": "its certificate has expired: have it renewed there",
    "not_yet": "its certificate is of a day to come: set the clock right, here or there",
    "other_name": "its certificate is another host's: set NOTIFICATIONS_SMTP_HOST to what it says",
    "unknown": "its certificate is of an authority that we don't know: put that one into "
    "NOTIFICATIONS_SMTP_CA_FILE",
    "unfit": "its certificate is too weak, or no server's: have another made there",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`why` is a step and a code such as `rcpt 550`, never a server's text: it may name somebody.

    Of a text only the digits of a status about us are kept, as in `rcpt 554 5.7.1`.

    `unsendable`: no mail can be made of it, or this server can't take such an address.
    """

    result: Result
    why: str = ""
    pause_all: bool = False  # the trouble is everybody's: no other mail is worth trying now
    alarm: Alarm | None = None  # it doesn't pass by itself: somebody has to see to it
    cause: str = field(default="", compare=False)  # what we found amiss ourselves, for operators


def answered(step: str, code: int, text: str) -> Outcome:
    """Read a server's no: for good only if it is about her address.

    An answer to DATA that is none leaves open whether it delivers.
    """
    why = f"{step} {code}{status_about_us(text)}"
    if code // 100 not in {LATER, NEVER}:
        return Outcome("uncertain" if step == "data" else "deferred", why, step in EVERYBODYS)
    blame = blamed(step, code, text)
    if blame == "her" and code // 100 == NEVER and step not in EVERYBODYS:
        return Outcome("refused", why)
    everybodys = step in EVERYBODYS or code in BUSY or blame == "login"
    return Outcome("deferred", why, everybodys, alarm_of(step, code, blame))


def status_about_us(text: str) -> str:
    """Give the digits of a status if they are one that we know to be about us."""
    status = STATUS.match(text)
    if status is None:
        return ""
    kind, subject, detail = status.groups()
    ours = "us" in {STATUSES.get(subject), STATUSES.get(f"{subject}.{detail}")}
    return f" {kind}.{subject}.{detail}" if ours else ""


def alarm_of(step: str, code: int, blame: Blame) -> Alarm | None:
    """Say what a person has to see to, if this no doesn't pass by itself.

    "Try again later" passes if the code says so too; after a no for good it is a limit of ours.
    """
    for_good = code // 100 == NEVER
    if step == "starttls" or (step == "login" and for_good):
        return OF_STEP[step]
    if for_good and (blame == "later" or (step in EVERYBODYS and blame != "login")):
        return "refuses_us"
    return OF_BLAME.get(blame)


def broken(step: str, error: Exception) -> Outcome:
    """Return what became of a mail whose conversation broke: before DATA nothing was delivered."""
    alarm: Alarm | None = None
    if isinstance(error, Unasked):
        alarm = "answers_unasked"
    elif not isinstance(error, (ConnectionError, TimeoutError)):
        alarm = OF_STEP.get(step)
    everybodys = step in EVERYBODYS or alarm is not None
    result: Result = "uncertain" if step == "data" else "deferred"
    why = f"{step} {type(error).__name__}"
    return Outcome(result, why, everybodys, alarm, cause_of(error))


def cause_of(error: Exception) -> str:
    """Say what our own side found amiss with a certificate or a file; nothing for all else."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return OF_CERTIFICATE[untrusted(error)]
    return str(error) if isinstance(error, TlsAmiss) else ""
