"""What a network's profile is made of: what `network.yaml` says, and what each service adds."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, model_validator

from jobbpakten_events import LAST_DAY, Code
from shared.machines import State
from shared.people.mailboxes import address
from shared.time.calendar import working_days_after

Count = Annotated[int, Field(gt=0, le=10_000)]


def legible(text: str) -> str:
    """Return a text that people can read; ValueError where it is empty, or holds another sign."""
    odd = next((sign for sign in text if not is_legible(sign)), "")
    if not text.strip():
        raise ValueError("it is empty")
    if odd:
        raise ValueError(f"it holds a sign that nobody can read: U+{ord(odd):04X}")
    return text


def is_legible(sign: str) -> bool:
    return sign in "\n\u00a0" or (sign.isprintable() and sign != "\ufffd")


def on_a_line(name: str) -> str:
    """Return a name as it stands in the head of a mail; ValueError where it is more than a line."""
    if not name.isprintable():
        raise ValueError("it is one line, without a no-break space")
    return name


Text = Annotated[str, Field(max_length=2_000), AfterValidator(legible)]
Name = Annotated[str, Field(max_length=200), AfterValidator(legible), AfterValidator(on_a_line)]
# A declaration of values says these beside them.
NO_VALUES = {"text_version", "declared_on"}


class Part(BaseModel):
    """A part of a profile: nothing unknown, nothing guessed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Texts(RootModel[dict[Code, Text]]):
    """One text in each of the network's languages."""

    model_config = ConfigDict(strict=True, frozen=True)

    def said_in(self, language: str) -> str:
        """Return the text in a language; in the network's first where it isn't one of them."""
        return self.root.get(language) or next(iter(self.root.values()))


class Limit(Part):
    """How long something may take; exactly one unit of time."""

    working_days: Count | None = None
    days: Count | None = None
    weeks: Count | None = None
    years: Annotated[int, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        if sum(bool(said) for _, said in self) != 1:
            raise ValueError("say exactly one of working_days, days, weeks, years")
        return self

    def after(self, start: date) -> date:
        """Return the last day that is in time: at most the last one that an event can name."""
        last = start + timedelta(days=self.days or 0, weeks=self.weeks or 0)
        if self.working_days:
            last = working_days_after(start, self.working_days)
        if self.years:
            last = years_after(start, self.years)
        return min(last, LAST_DAY)


def each_once(languages: list[str]) -> list[str]:
    if len({*languages}) < len(languages):
        raise ValueError("a language stands twice")
    return languages


class Municipality(Part):
    code: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    name: Name


class Reachable(Part):
    """Who answers for something, and how anybody reaches them: an office, not a person."""

    name: Name
    email: Annotated[str, AfterValidator(address)]
    phone: Annotated[str, Field(pattern=r"^[0-9+][0-9 -]{4,24}$")] | None = None


class Values(Part):
    """What every member stands behind: each value by its code, all in one wording."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")
    __pydantic_extra__: dict[Code, Texts] = Field(init=False)

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]

    @model_validator(mode="after")
    def has_values(self) -> Self:
        if not self.codes:
            raise ValueError("say at least one value")
        if taken := NO_VALUES & {*self.codes}:
            raise ValueError(f"no value is called {', '.join(sorted(taken))}")
        return self

    @property
    def codes(self) -> list[str]:
        return [*self.__pydantic_extra__]


class Offer(Part):
    """What a member can promise, and how a unit of it is kept."""

    text: Texts
    kept_by: Literal["placement", "activity"]


class Network(Part):
    """What `network.yaml` says: what every service knows of a network."""

    network: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    name: Name
    motto: Name
    municipality: Municipality
    # A profile of the release before names none of these three; a release later each has to.
    contact: Reachable | None = Field(description="Who answers those who ask about the network.")
    controller: Reachable | None = Field(
        description="Who answers for personal data: GDPR, article 4(7)."
    )
    data_protection_officer: Reachable | None = Field(description="GDPR, article 37.")
    languages: Annotated[list[Code], Field(min_length=1), AfterValidator(each_once)]
    bank: Literal["none", "candidates", "places", "both"]
    values: Values
    units: Mapping[Code, Texts]
    offers: Annotated[Mapping[Code, Offer], Field(min_length=1)]


class Timed(Part):
    """A part that says by when things are due."""

    deadlines: Part

    def deadline(self, state: State, since: date) -> date | None:
        """Return the last day for a state's next action; None where nothing is next."""
        if state.terminal:
            return None
        limit: Limit = getattr(self.deadlines, state.within)
        return limit.after(since)


class NetworkProfile(Network):
    """A network as one service knows it: `network.yaml`, and the service's own file beside it."""

    own: ClassVar[type[Part] | None] = None  # what the service's own file says
    file: ClassVar[str] = ""
    own_offers: ClassVar[frozenset[str]] = frozenset()  # kept by these: it says more of them
    is_of_a_bank: ClassVar[bool] = False  # and needn't know networks that have none

    @classmethod
    def of_release_before(cls, said: dict[str, Any]) -> dict[str, Any]:
        """Return what a profile of the release before says, as this release writes it."""
        return dict.fromkeys(("contact", "controller", "data_protection_officer")) | said


def years_after(start: date, years: int) -> date:
    """Return the same day some years on; 1 March where 29 February is missing."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def texts_in(part: object, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Texts]]:
    """Give every text of a profile with the way to it."""
    if isinstance(part, Texts):
        yield way, part
    elif isinstance(part, (Part, Mapping)):
        for name, inner in dict(part).items():
            yield from texts_in(inner, (*way, str(name)))
