"""A network is data: its profile, read from YAML and checked before anything starts."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator
from yaml.constructor import ConstructorError

from shared.clock import working_days_after
from shared.machines import State

SHIPPED = Path(__file__).parent

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Count = Annotated[int, Field(gt=0, le=10_000)]


class ProfileAmiss(Exception):
    """A network's profile can't be used; says which file, which field and why."""


class Part(BaseModel):
    """A part of a profile: nothing unknown, nothing guessed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Texts(RootModel[dict[Code, Annotated[str, Field(min_length=1)]]]):
    """One text in each of the network's languages."""

    model_config = ConfigDict(strict=True, frozen=True)


class Limit(Part):
    """How long something may take; exactly one unit of time."""

    working_days: Count | None = None
    weeks: Count | None = None
    years: Annotated[int, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        if [self.working_days, self.weeks, self.years].count(None) != 2:  # noqa: PLR2004 - 1 of 3
            raise ValueError("say exactly one of working_days, weeks, years")
        return self

    def after(self, start: date) -> date:
        """Give the last day that is in time."""
        if self.working_days:
            return working_days_after(start, self.working_days)
        if self.weeks:
            return start + timedelta(weeks=self.weeks)
        return years_after(start, self.years or 0)


class Deadlines(Part):
    """The limits that the machines name."""

    completion: Limit
    vetting: Limit
    agreement: Limit
    term: Limit


class Values(Part):
    """What every member stands behind, in one wording."""

    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    non_discrimination: Texts
    gender_equality: Texts
    equality: Texts
    human_rights: Texts


class Ground(Part):
    """Why an application may be refused, the answer that it rests on, and who reviews it."""

    text: Texts
    rests_on: Literal["no", "unknown"]
    review: Texts


class Sizes(Part):
    """The most units that an organisation of each size may promise."""

    micro: Count | None = None
    small: Count | None = None
    medium: Count | None = None
    large: Count | None = None


class Offer(Part):
    """What a member can promise, how a unit of it is kept, and how much by size."""

    text: Texts
    kept_by: Literal["placement", "activity"]
    at_most: Sizes


class Municipality(Part):
    code: Annotated[str, Field(pattern=r"^\d{4}$")]
    name: str


class Profile(Part):
    """One network."""

    network: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    name: str
    motto: str
    municipality: Municipality
    languages: Annotated[list[Code], Field(min_length=1)]
    bank: Literal["none", "candidates", "places", "both"]
    values: Values
    checklist: Annotated[dict[Code, Texts], Field(min_length=1)]
    refusal_grounds: Annotated[dict[Code, Ground], Field(min_length=1)]
    renegotiation_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    release_grounds: Annotated[dict[Code, Texts], Field(min_length=1)]
    offers: Annotated[dict[Code, Offer], Field(min_length=1)]
    deadlines: Deadlines

    @model_validator(mode="after")
    def speaks_its_languages(self) -> Self:
        for path, texts in texts_in(self):
            if set(texts.root) != set(self.languages):
                raise ValueError(f"{path} isn't in the languages {', '.join(self.languages)}")
        return self

    def deadline(self, state: State, since: date) -> date | None:
        """Give the last day for a state's next action; None where nothing is next."""
        if state.terminal:
            return None
        limit: Limit = getattr(self.deadlines, state.within)
        return limit.after(since)

    def review(self, ground: str | None) -> Texts | None:
        """Give how a refusal on a ground is reviewed; None without one, or if it is no more."""
        refused = self.refusal_grounds.get(ground or "")
        return refused.review if refused else None

    def limits(self, size: str) -> dict[str, int]:
        """Give the most units of each offer that is open to an organisation of this size."""
        most = {code: getattr(offer.at_most, size) for code, offer in self.offers.items()}
        return {code: units for code, units in most.items() if units}


def years_after(start: date, years: int) -> date:
    """Give the same day some years on; 1 March where 29 February is missing."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def texts_in(part: object, path: str = "") -> Iterator[tuple[str, Texts]]:
    """Give every text of a profile with its path."""
    if isinstance(part, Texts):
        yield path, part
    elif isinstance(part, (Part, dict)):
        for name, inner in dict(part).items():
            yield from texts_in(inner, f"{path}.{name}".lstrip("."))


class Strict(yaml.SafeLoader):
    """Reads YAML in which no key stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                place = f"line {key.start_mark.line + 1}"
                raise ConstructorError(problem=f"{key.value} stands twice, the second in {place}")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read(file: Path) -> Profile:
    """Read one profile; ProfileAmiss with the path of the first field that is amiss."""
    try:
        text = file.read_text(encoding="utf-8")
        return Profile.model_validate(yaml.load(text, Strict))  # noqa: S506 - it is a safe loader
    except UnicodeDecodeError as error:
        raise ProfileAmiss(f"{file.name}: not UTF-8 from byte {error.start}") from None
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"])) or "the profile"
        raise ProfileAmiss(f"{file.name}: {path}: {first['msg']}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ProfileAmiss(f"{file.name}: not YAML: {error}") from None


def load(folder: str = "") -> dict[str, Profile]:
    """Read all profiles of a folder, by the networks' names; the shipped ones by default."""
    files = sorted((Path(folder) if folder else SHIPPED).glob("*.yaml"))
    if not files:
        raise ProfileAmiss(f"{folder}: no profile (*.yaml) lies there")
    found: dict[str, Profile] = {}
    for file in files:
        profile = read(file)
        if profile.network in found:
            raise ProfileAmiss(f"{file.name}: network: another file has {profile.network}")
        found[profile.network] = profile
    return found
