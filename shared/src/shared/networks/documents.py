"""A YAML file as somebody wrote it: what it says, and in which line it says so.

Scalars are YAML 1.2's (core schema, yaml.org/spec/1.2.2): no, on and 12:30 are texts, and so is
0380, which begins with a nought.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml
from yaml.constructor import ConstructorError
from yaml.reader import ReaderError

from shared.networks.sentences import with_cure

Way = tuple[str, ...]
MOST_VALUES = 20_000
SCALARS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(?:0|[1-9][0-9]*)",
    "float": r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?",
    "merge": "<<",
}
# What PyYAML raises, beside its own, for a value that isn't what it says it is.
ODD = (ValueError, LookupError, AttributeError, ArithmeticError)


class NetworkAmiss(ValueError):
    """A network can't be used; a line for each fault says file, line, field and why."""


class Twice(ConstructorError):
    """A key stands twice: which of the two is meant isn't known."""


class Strict(yaml.SafeLoader):
    """Reads YAML in which no key stands twice, and says in which line a value can't be read."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's
        try:
            return super().construct_object(node, deep)
        except ODD as error:
            why = f"no {node.tag.rpartition(':')[2]}: {error}"
            raise ConstructorError(problem=why, problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise Twice(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for kind, form in SCALARS.items():
    Strict.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(rf"(?:{form})\Z"), None)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says; `lines` gives the line of each field, by the way to it."""

    name: str
    said: Any
    lines: Mapping[Way, int]

    def amiss(self, way: Sequence[str | int], why: str) -> str:
        """Return a fault with the line of the field, or of what it is missing in."""
        names = tuple(map(str, way))
        known = (names[:end] for end in range(len(names), -1, -1))
        line = next(self.lines[one] for one in known if one in self.lines)
        field = ".".join(names)
        return f"{self.name}:{line}: {field}: {why}" if field else f"{self.name}:{line}: {why}"


def read(file: Path) -> Document:
    """Read a file; NetworkAmiss where it isn't there, is no text, or no YAML."""
    name = f"{file.parent.name}/{file.name}"
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NetworkAmiss(f"{name}: it isn't there") from None
    except OSError as error:
        raise NetworkAmiss(f"{name}: it can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise NetworkAmiss(f"{name}:{line}: not UTF-8: save it as UTF-8") from None
    try:
        loader = Strict(text)
        node = loader.get_single_node()
        if node and size_of(node, {}) > MOST_VALUES:
            raise NetworkAmiss(f"{name}:1: it says too much, with all that its aliases repeat")
        said = loader.construct_document(node) if node else {}
        return Document(name, said, {(): 1} | dict(lines_of(node, ())))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = with_cure(error.problem or "")
        why = why if isinstance(error, Twice) else f"not YAML: {why}"
        raise NetworkAmiss(f"{name}:{line}: {why}") from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NetworkAmiss(f"{name}:{line}: not YAML: a character that no text holds") from None
    except (yaml.YAMLError, *ODD, RecursionError) as error:
        raise NetworkAmiss(f"{name}:1: not YAML: {' '.join(str(error).split())}") from None


def size_of(node: yaml.Node, known: dict[int, int]) -> int:
    """Count the values of a part, those that aliases repeat each time; RecursionError in a ring."""
    if id(node) not in known:
        inside = node.value if isinstance(node, yaml.CollectionNode) else ()
        parts = [part for one in inside for part in (one if isinstance(one, tuple) else (one,))]
        known[id(node)] = 1 + sum(size_of(part, known) for part in parts)
    return known[id(node)]


def lines_of(node: yaml.Node | None, way: Way) -> Iterator[tuple[Way, int]]:
    """Give the line of each field of a part, by the way to it."""
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            here = (*way, str(key.value))
            yield here, key.start_mark.line + 1
            yield from lines_of(inner, here)
    elif isinstance(node, yaml.SequenceNode):
        for place, inner in enumerate(node.value):
            here = (*way, str(place))
            yield here, inner.start_mark.line + 1
            yield from lines_of(inner, here)
