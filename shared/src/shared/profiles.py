"""A network is data: a service's part of its profile, from YAML, checked before anything starts."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, model_validator
from yaml.constructor import ConstructorError

from jobbpakten_events import LAST_DAY, Code
from shared.machines import State
from shared.time.calendar import working_days_after

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
    days: Count | None = None
    weeks: Count | None = None
    years: Annotated[int, Field(gt=0, le=100)] | None = None

    @model_validator(mode="after")
    def says_one_thing(self) -> Self:
        if sum(bool(said) for _, said in self) != 1:
            raise ValueError("say exactly one of working_days, days, weeks, years")
        return self

    def after(self, start: date) -> date:
        """Give the last day that is in time: at most the last one that an event can name."""
        last = start + timedelta(days=self.days or 0, weeks=self.weeks or 0)
        if self.working_days:
            last = working_days_after(start, self.working_days)
        if self.years:
            last = years_after(start, self.years)
        return min(last, LAST_DAY)


class NetworkProfile(Part):
    """What every service's part of a network's profile begins with."""

    network: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    languages: Annotated[list[Code], Field(min_length=1)]
    deadlines: Part

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


Chosen = TypeVar("Chosen", bound=NetworkProfile)


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


def read(file: Path, kind: type[Chosen]) -> Chosen:
    """Read one profile; ProfileAmiss with the path of the first field that is amiss."""
    try:
        text = file.read_text(encoding="utf-8")
        return kind.model_validate(yaml.load(text, Strict))  # noqa: S506 - it is a safe loader
    except UnicodeDecodeError as error:
        raise ProfileAmiss(f"{file.name}: not UTF-8 from byte {error.start}") from None
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"])) or "the profile"
        raise ProfileAmiss(f"{file.name}: {path}: {first['msg']}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ProfileAmiss(f"{file.name}: not YAML: {error}") from None


def load(kind: type[Chosen], folder: Path) -> dict[str, Chosen]:
    """Read all profiles of a folder, by the networks' names."""
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ProfileAmiss(f"{folder}: no profile (*.yaml) lies there")
    found: dict[str, Chosen] = {}
    for file in files:
        profile = read(file, kind)
        if profile.network in found:
            raise ProfileAmiss(f"{file.name}: network: another file has {profile.network}")
        found[profile.network] = profile
    return found
