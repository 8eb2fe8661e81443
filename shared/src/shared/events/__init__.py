"""The events that services tell each other: one module for each topic.

Only pydantic and the standard library are imported here: this package is the subscribers' kit.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

TYPE_PREFIX = "se.jobbpakten."
KINDS: dict[str, type["Event"]] = {}


class DataClass(StrEnum):
    """How delicate a field is; an event is as delicate as its most delicate field."""

    OPEN = "open"
    INTERNAL = "internal"
    PSEUDONYMOUS = "pseudonymous"
    SEALED = "sealed"


OPEN, INTERNAL, PSEUDONYMOUS, SEALED = DataClass


def says(meaning: str, data_class: DataClass = INTERNAL) -> Any:
    """Describe a field: what it means and how delicate it is."""
    return Field(description=meaning, json_schema_extra={"data_class": data_class.value})


class Event(BaseModel):
    """Something that happened, named in the past tense. Fields may be added, never changed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    topic: ClassVar[str]
    kind: ClassVar[str]  # ce_type without its prefix: "commitment.made.v1"
    about: ClassVar[str]  # the field that names the aggregate: key, subject, order

    def __init_subclass__(cls, *, topic: str, kind: str, about: str, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls.topic, cls.kind, cls.about = topic, kind, about
        if KINDS.setdefault(kind, cls) is not cls:
            raise TypeError(f"{kind} is told twice")

    @property
    def key(self) -> str:
        return str(getattr(self, self.about))

    @classmethod
    def data_class(cls) -> DataClass:
        """Give the class of the most delicate field."""
        classes = list(DataClass)
        extras = (field.json_schema_extra for field in cls.model_fields.values())
        named = (e["data_class"] for e in extras if isinstance(e, dict))
        return classes[max(classes.index(DataClass(str(name))) for name in named)]


EventClass = type[Event]


Word = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
Remark = Annotated[str, Field(pattern=r"^[^\x00]{0,200}$")]


class Envelope(BaseModel):
    """What every event says about itself: the `ce_` headers of CloudEvents 1.0 on Kafka."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    source: Remark = ""
    type: Word
    subject: Word
    time: AwareDatetime
    aggregateversion: int = Field(ge=1, lt=2**63)
    occurredat: date
    correlationid: Remark = ""
    causationid: Remark = ""
    actorrole: Remark = ""
    actorid: Remark = ""
    network: Remark = ""

    @classmethod
    def of(cls, headers: dict[str, str]) -> Self:
        """Read the headers of a record; ValidationError if one that we need is missing or odd."""
        return cls.model_validate(
            {name[3:]: text for name, text in headers.items() if name.startswith("ce_")}
        )

    @property
    def kind(self) -> "EventClass | None":
        """The event's class; None for a type that we don't know."""
        return KINDS.get(self.type.removeprefix(TYPE_PREFIX))
