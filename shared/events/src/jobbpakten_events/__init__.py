"""The events that services tell each other: one module for each topic.

Only pydantic and the standard library are imported here: this package is the subscribers' kit.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    WithJsonSchema,
)
from pydantic_core.core_schema import (
    CoreSchema,
    chain_schema,
    date_schema,
    json_or_python_schema,
    str_schema,
    union_schema,
)

TYPE_PREFIX = "se.jobbpakten."
KINDS: dict[str, type["Event"]] = {}


def in_form(form: str, schema: CoreSchema) -> CoreSchema:
    """Give the schema of what is read from text in this one form.

    Pydantic alone reads sixteen bytes as an id, seconds as a moment or a day (in JSON even where it
    is strict), and "+1" as 1.
    """
    return chain_schema([str_schema(pattern=f"^{form}$"), schema])


def written(form: str) -> GetPydanticSchema:
    """Give the mark of a field that is text on the wire, in this one form."""
    return GetPydanticSchema(lambda kind, then: in_form(form, then(kind)))


def a_day(kind: Any, then: GetCoreSchemaHandler) -> CoreSchema:
    """Give the schema of a day, or of its text; in JSON there is only the text."""
    text = in_form(DAY, date_schema())
    return json_or_python_schema(text, union_schema([then(kind), text]))


DAY = "20[0-9]{2}-[0-9]{2}-[0-9]{2}"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
# What bodies of events are made of, beside ids and choices. True is no number here, and seconds are
# no day. What a call brings lies within these.
Day = Annotated[
    date,
    Field(strict=True, ge=FIRST_DAY, le=LAST_DAY),
    GetPydanticSchema(a_day),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "formatMinimum": FIRST_DAY.isoformat(),
            "formatMaximum": LAST_DAY.isoformat(),
        }
    ),
]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Total = Annotated[int, Field(strict=True, ge=0, lt=2**31)]  # counts that add up over a life
Flag = Annotated[bool, Field(strict=True)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]


def source_of(municipality: str, service: str) -> str:
    """Name a service of a municipality as it names itself in what it tells."""
    return f"/municipality/{municipality}/{service}"


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

    def __init_subclass__(
        cls, *, topic: str = "", kind: str = "", about: str = "", **more: Any
    ) -> None:
        """Register a kind of event; without `kind` it is what several kinds have in common."""
        super().__init_subclass__(**more)
        cls.topic, cls.about = topic or cls.topic, about or cls.about
        if not kind:
            return
        cls.kind = kind
        if KINDS.setdefault(kind, cls) is not cls:
            raise TypeError(f"{kind} is told twice")

    @classmethod
    def from_row(cls, row: BaseModel, **more: Any) -> Self:
        """Build it from a row: what both name alike goes in, and `more`; nothing else does."""
        return cls(**row.model_dump(include=set(cls.model_fields)) | more)

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


TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
HEX = "[0-9a-f]"
Word = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,200}$")]
Line = Annotated[str, Field(pattern=r"^[^\p{Cc}\p{Zl}\p{Zp}]{0,200}$")]


class Envelope(BaseModel):
    """What every event says about itself: the `ce_` headers of CloudEvents 1.0 on Kafka.

    Each is text on the wire, and taken in no other form than the one written beside it here. It is
    made by `of` alone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    # The version of CloudEvents.
    specversion: Annotated[str, Field(pattern=r"^1\.0$")]
    # This event, and no other: a UUID as RFC 9562 writes it, in lower case.
    id: Annotated[UUID, written(f"{HEX}{{8}}-({HEX}{{4}}-){{3}}{HEX}{{12}}")]
    # Who tells: /municipality/<code>/<service>.
    source: Word
    # What happened: se.jobbpakten.<kind>.
    type: Annotated[str, Field(pattern=r"^se\.jobbpakten\.[\x21-\x7e]{1,180}$")]
    # Which aggregate it is about; the record's key, too.
    subject: Word
    # When it was told: RFC 3339, with an offset.
    time: Annotated[AwareDatetime, written(f"{DAY}T{TIME}")]
    # Its number in the stream: 1, 2, 3 ...
    aggregateversion: Annotated[int, written("[1-9][0-9]{0,18}"), Field(lt=2**63)]
    # The day in Stockholm on which it happened: 2000 to 2099, as in bodies.
    occurredat: Annotated[date, written(DAY)]
    # The call and the event that led to it, who acted and in which role: a line each, or nothing.
    correlationid: Line = ""
    causationid: Line = ""
    actorrole: Line = ""
    actorid: Line = ""
    # The code of the network that it belongs to; nothing for what belongs to none.
    network: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{0,40}$")] = ""
    # The life of the teller's database: another one once it was restored; nothing in the first.
    epoch: Annotated[str, Field(pattern="^[0-9a-f]{0,32}$")] = ""

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
