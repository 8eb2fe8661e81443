"""What others know of a stream and a restored database doesn't."""

from uuid import uuid4

from tests.shared.support.records import record, with_body

from jobbpakten_events import Event
from shared.messaging.inbox.records import Heard, read
from shared.restoring.topics import Past


def heard(event: Event, version: int, epoch: str = "", *, forgets: bool = False) -> Heard:
    told = record(event, version, id=str(uuid4()), epoch=epoch)
    one = read(with_body(told, None) if forgets else told, "0380")
    assert isinstance(one, Heard)
    return one


def past(
    topic: str,
    key: object,
    *lost: Event,
    here: int = 1,
    twice: bool = False,
    forgotten: Event | None = None,
) -> Past:
    """Give the past of a stream whose last events are lost, or were told twice.

    `forgotten` is an event whose tombstone comes last.
    """
    found = Past(topic, str(key), here)
    for number, event in enumerate(lost, here + 1):
        found.note(heard(event, number), ())
    if forgotten:
        found.note(heard(forgotten, here + len(lost) + 1, forgets=True), ())
    if twice:
        found.forked = here
    return found
