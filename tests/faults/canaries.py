"""Who somebody is stands on no topic and in no log, whatever breaks; no number in a mail."""

from email.message import EmailMessage

from tests.faults.bank import CANDIDATES, PROTECTED
from tests.faults.checks import Heard
from tests.faults.members import CANARY_DOMAIN, CANARY_NAME
from tests.faults.stage import Stage
from tests.matching.support.pairs import number

SHORT = 2  # digits of the century, which many leave out


def numbers() -> list[bytes]:
    return [number(count)[SHORT:].encode() for count in range(1, CANDIDATES + PROTECTED + 1)]


def check_canaries(stage: Stage, heard: Heard) -> None:
    escaped = CANARY_NAME.encode("unicode_escape")
    secrets = [CANARY_NAME.encode(), escaped, CANARY_DOMAIN.encode(), *numbers()]
    for told in heard.topics.values():
        for one in told:
            assert not found(secrets, one.written), f"{one.kind} says who somebody is"
    for replica in stage.replicas:
        assert not found(secrets, replica.log.read_bytes()), f"{replica.log} says who somebody is"
    for mail in stage.post.messages():
        assert not found(numbers(), text_of(mail)), "a mail says somebody's number"


def found(secrets: list[bytes], text: bytes) -> list[bytes]:
    return [secret for secret in secrets if secret in text]


def text_of(mail: EmailMessage) -> bytes:
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join(parts).encode()
