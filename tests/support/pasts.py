"""What others know of a stream and a restored database doesn't."""

from uuid import uuid4

from tests.shared.support.records import record

from jobbpakten_events import Event
from shared.messaging.inbox.records import Heard, read
from shared.restoring.topics import Past


def heard(event: Event, version: int, epoch: str = "") -> Heard:
    one = read(record(event, version, id=str(uuid4()), epoch=epoch), "0380")
    assert isinstance(one, Heard)
    return one


def past(topic: str, key: object, *lost: Event, here: int = 1, twice: bool = False) -> Past:
    """Give the past of a stream whose last events are lost, or were told twice."""
    found = Past(topic, str(key), here)
    for number, event in enumerate(lost, here + 1):
        found.note(heard(event, number), ())
    if twice:
        found.told_twice = True
    return found
