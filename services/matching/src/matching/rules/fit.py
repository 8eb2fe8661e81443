"""Who fits a place, and in which order: each condition is known to hold, unknown never helps.

This is the rule as a person would read it. `matching.engine` gives the same, for a whole bank at
once. No weight is learned: people wrote the conditions, and the board decided the groups' order.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from itertools import compress
from typing import NamedTuple
from uuid import UUID

Codes = tuple[str, ...]
SomeCodes = Collection[str]

ALWAYS = ("offer", "schedule", "available_from")  # whoever fits does so in these, too


@dataclass(frozen=True, slots=True)
class Person:
    """A candidate as the engine may see her: no name, no number that means anything elsewhere."""

    ref: UUID
    number: int  # in the order of registration
    group_rank: int | None  # by the board's priority, the first is 0; None: unknown
    abilities: Mapping[str, bool]  # a code that isn't there is unknown
    offers: SomeCodes  # what she wants
    schedule: int | None  # bits: 7 days of 3 parts; None: unknown
    available_from: date | None
    needs: Collection[str] | None  # adaptations; None: nobody has asked. They never leave here.


@dataclass(frozen=True, slots=True)
class Need:
    """What an employer needs at a place, and what is there for whom it suits."""

    id: UUID
    offer: str
    must: Codes
    want: Codes
    provides: SomeCodes  # adaptations
    schedule: int  # bits: 7 days of 3 parts
    starts_on: date


class Hit(NamedTuple):
    """A candidate for a place: why, and what nobody knows of what is wanted."""

    ref: UUID
    score: int  # how many wants she is known to meet
    reasons: Codes  # codes of must and want, and of what else was asked; no adaptation
    unknowns: Codes  # codes of want; they never score


People = Iterable[Person]
Needs = Iterable[Need]
Ranked = Iterator[tuple[UUID, list[Hit]]]  # by the place's id
Order = tuple[bool, int, int, int]
Explained = tuple[int, Codes, Codes]


def feasible(person: Person, need: Need) -> bool:
    """Say whether everything that has to hold is known to hold."""
    return (
        all(person.abilities.get(code) is True for code in need.must)
        and need.offer in person.offers
        and person.needs is not None
        and set(person.needs) <= set(need.provides)
        and person.schedule is not None
        and need.schedule & ~person.schedule == 0
        and person.available_from is not None
        and person.available_from <= need.starts_on
    )


def order(person: Person, seed: int) -> Order:
    """Decide between equals: the board's order of groups, unknown last, then the seed's draw."""
    unknown = person.group_rank is None
    return unknown, person.group_rank or 0, draw(seed, person.number), person.number


def draw(seed: int, number: int) -> int:
    """Draw a lot, 0 to 2**64 - 1: the same seed and registration number give the same one."""
    return int.from_bytes(blake2b(b"%d:%d" % (seed, number), digest_size=8).digest(), "big")


def ranked(people: People, need: Need, seed: int, top: int = 20) -> list[Hit]:
    """Rank who fits: most wants known to be met first, then `order`. At most `top` of them."""
    fits = sorted((p for p in people if feasible(p, need)), key=lambda p: order(p, seed))
    return sorted((hit(p, need) for p in fits), key=lambda one: -one.score)[:top]


def hit(person: Person, need: Need) -> Hit:
    codes = tuple(dict.fromkeys(need.want))
    true = [person.abilities.get(code) is True for code in codes]
    known = [code in person.abilities for code in codes]
    return Hit(person.ref, *explained(need, codes, true, known))


def explained(need: Need, codes: Codes, true: Iterable[int], known: Iterable[int]) -> Explained:
    """Say why somebody who fits does so, from what is TRUE and what is known of the wanted codes.

    Gives score, reasons, unknowns as in `Hit`: each code once, in the employer's order.
    """
    met = tuple(compress(codes, true))
    unknowns = tuple(code for code, it in zip(codes, known, strict=True) if not it)
    return len(met), (*dict.fromkeys(need.must + met), *ALWAYS), unknowns
