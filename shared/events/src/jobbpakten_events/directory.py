"""Who can be told something: compacted, readable by notifications alone. A tombstone forgets."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from jobbpakten_events import SEALED, Code, Event, says
from jobbpakten_events.roles import PersonRole

TOPIC = "directory.v1"

Of = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{1,39}$")]
Sealed = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=16_384)]


class RecipientNamed(Event, topic=TOPIC, kind="recipient.named.v1", about="recipient_id"):
    """Somebody may be told by e-mail what her role asks of her."""

    recipient_id: Annotated[UUID, says("The contact, the member of staff, or the candidate's ref.")]
    role: Annotated[PersonRole, says("In which role.")]
    of: Annotated[Of, says("The organisation's id, or the code of the municipal unit.")]
    language: Annotated[Code, says("Code of the language she reads, such as sv.")]
    sealed: Annotated[Sealed, says("Name and address, as JWE for notifications.", SEALED)]
