"""The engine: ranks a whole bank for each place, by `rules.fit`, with one bit a person and fact.

Candidates lie in the order that decides between equals: who stands first in a bitmap goes first.
Nothing here is learned or guessed; a test fails when it imports anything but numpy and the rule.
"""

import numpy as np
from numpy.typing import NDArray

from matching.rules.fit import (
    Codes,
    Explained,
    Hit,
    Need,
    Needs,
    Order,
    People,
    Ranked,
    SomeCodes,
    explained,
    order,
)

WORD_BITS = 64
SCHEDULE_BITS = 21  # 7 days of 3 parts
NEVER = np.iinfo(np.int32).max  # a day that no place begins on
MASKS_KEPT = 512  # 12.5 kB each with 100,000 candidates

Words = NDArray[np.uint64]  # bit b of word w: the candidate at position 64 w + b
Matrix = NDArray[np.uint64]  # a bitmap a row
Integers = NDArray[np.int64]
Rows = dict[str, list[int]]  # code -> who has it, by the order in which they came


class Bank:
    """What was read of people, column by column; `position` says where each of them will lie."""

    def __init__(self, people: People, seed: int) -> None:
        self.true: Rows = {}
        self.known: Rows = {}
        self.offers: Rows = {}
        self.needs: Rows = {}
        self.asked: list[int] = []
        self.hours: list[int] = []
        self.days: list[int] = []
        refs, orders = [], list[Order]()
        for row, person in enumerate(people):
            refs.append(person.ref)
            orders.append(order(person, seed))
            known = person.schedule is not None
            self.hours.append((person.schedule or 0) | known << SCHEDULE_BITS)
            self.days.append(person.available_from.toordinal() if person.available_from else NEVER)
            note(self.offers, person.offers, row)
            note(self.known, person.abilities, row)
            note(self.true, [code for code, it in person.abilities.items() if it is True], row)
            if person.needs is not None:
                self.asked.append(row)
                note(self.needs, person.needs, row)
        self.rows = np.array(sorted(range(len(refs)), key=orders.__getitem__), np.int64)
        self.position = np.argsort(self.rows)
        self.refs = [refs[row] for row in self.rows]

    def bitmap(self, rows: list[int]) -> Words:
        marked = np.zeros(len(self.rows), np.bool_)
        marked[self.position[rows]] = True
        return packed(marked)

    def bitmaps(self, rows: Rows) -> dict[str, Words]:
        return {code: self.bitmap(who) for code, who in rows.items()}

    def bitmaps_of_bits(self, numbers: list[int], bits: int) -> list[Words]:
        """Give a bitmap for each of the numbers' lowest bits."""
        column = np.array(numbers, np.int64)[self.rows]
        return [packed(column >> bit & 1 == 1) for bit in range(bits)]


class Index:
    """A bank of candidates, packed for one seed; it changes no more.

    With n candidates a bitmap is n / 8 bytes: two for each requirement, one for each offer,
    adaptation and part of the week. 100,000 candidates lie in less than 10 MB.
    """

    def __init__(self, people: People, seed: int) -> None:
        """Read people once: an iterator does, and nothing of them is kept but this."""
        bank = Bank(people, seed)
        self.refs = bank.refs
        self.nobody = packed(np.zeros(len(bank.rows), np.bool_))
        self.codes = {code: row for row, code in enumerate(bank.known)}
        self.true = self.matrix(bank.bitmaps(bank.true))
        self.known = self.matrix(bank.bitmaps(bank.known))
        self.offers = bank.bitmaps(bank.offers)
        self.does_without = {code: ~who for code, who in bank.bitmaps(bank.needs).items()}
        self.asked = bank.bitmap(bank.asked)
        *self.hours, self.has_hours = bank.bitmaps_of_bits(bank.hours, SCHEDULE_BITS + 1)
        self.days = np.array(bank.days, np.int32)[bank.rows]  # proleptic Gregorian ordinals
        self.masks: dict[object, Words] = {}

    def matrix(self, bitmaps: dict[str, Words]) -> Matrix:
        """Give a row for each requirement, and last one of nobody: nobody knows of other codes."""
        return np.array([*(bitmaps.get(code, self.nobody) for code in self.codes), self.nobody])

    def rank_all(self, needs: Needs, top: int = 20) -> Ranked:
        """Rank for one place after the other, as they are taken: the place's id and its hits."""
        for need in needs:
            yield need.id, self.rank(need, top)

    def rank(self, need: Need, top: int = 20) -> list[Hit]:
        """Give at most `top` candidates for a place, best first, as `rules.fit.ranked` does."""
        fits = self.feasible(need)
        words = np.flatnonzero(fits)  # the others hold nobody
        codes = tuple(dict.fromkeys(need.want))
        rows = self.rows(codes)
        place, bits = best(fits[words], [self.true[row][words] for row in rows], top)
        at = np.array(rows, np.int64)[:, np.newaxis], words[place]
        marks = np.concatenate([self.true[at], self.known[at]]) >> bits & np.uint64(1)
        return self.hits(need, codes, words[place] * WORD_BITS + bits.astype(np.int64), marks)

    def rows(self, codes: Codes) -> list[int]:
        return [self.codes.get(code, -1) for code in codes]

    def hits(self, need: Need, codes: Codes, who: Integers, marks: Matrix) -> list[Hit]:
        """Explain candidates by their marks, shape (2 wants, hits): is it TRUE, is it known."""
        said = dict[tuple[int, ...], Explained]()
        found = []
        patterns = map(tuple, marks.T.tolist())
        for person, pattern in zip(who.tolist(), patterns, strict=True):
            if pattern not in said:
                true, known = pattern[: len(codes)], pattern[len(codes) :]
                said[pattern] = explained(need, codes, true, known)
            found.append(Hit(self.refs[person], *said[pattern]))
        return found

    def feasible(self, need: Need) -> Words:
        """Mark everyone of whom all that has to hold is known to hold; shape (words,)."""
        fits = self.offers.get(need.offer, self.nobody) & self.available(need)
        fits &= self.suited(frozenset(need.provides))
        fits &= self.free(need.schedule)
        for row in self.rows(need.must):
            fits &= self.true[row]
        return fits

    def available(self, need: Need) -> Words:
        """Mark who can begin when the place does."""
        day = need.starts_on
        if day not in self.masks:
            self.note(day, packed(self.days <= day.toordinal()))
        return self.masks[day]

    def suited(self, provides: frozenset[str]) -> Words:
        """Mark who was asked and needs nothing but what is provided."""
        if provides not in self.masks:
            who = self.asked.copy()
            for code in self.does_without.keys() - provides:
                who &= self.does_without[code]
            self.note(provides, who)
        return self.masks[provides]

    def free(self, schedule: int) -> Words:
        """Mark who can at all these hours."""
        if schedule not in self.masks:
            who = self.has_hours.copy()
            for bit, can in enumerate(self.hours):
                if schedule >> bit & 1:
                    who &= can
            self.note(schedule, who)
        return self.masks[schedule]

    def note(self, what: object, who: Words) -> None:
        """Remember what many places ask for alike."""
        if len(self.masks) >= MASKS_KEPT:
            self.masks.clear()
        self.masks[what] = who


def note(rows: Rows, codes: SomeCodes, row: int) -> None:
    for code in codes:
        rows.setdefault(code, []).append(row)


def packed(marked: NDArray[np.bool_]) -> Words:
    """Pack a mark a candidate, shape (n,), into words, shape (n / 64 rounded up,)."""
    room = -len(marked) % WORD_BITS
    return np.packbits(np.pad(marked, (0, room)), bitorder="little").view(np.uint64)


def best(fits: Words, wants: list[Words], top: int) -> tuple[Integers, Words]:
    """Find the first `top` of those who fit, by how many wants they meet, then by position.

    All of shape (words,); gives for each whom it found the word that she is in, and her bit there.
    """
    levels = np.zeros((len(wants) + 1, len(fits)), np.uint64)
    levels[0] = fits
    for seen, want in enumerate(wants, 1):  # row n: fits, and meets n or more of those seen
        levels[1 : seen + 1] |= levels[:seen] & want
    levels[:-1] ^= levels[1:]  # row n: exactly n
    upward = levels[::-1].reshape(-1)
    words = np.flatnonzero(upward)[:top]  # none is empty, so these hold enough
    bits = np.flatnonzero(np.unpackbits(upward[words].view(np.uint8), bitorder="little"))[:top]
    return words[bits // WORD_BITS] % max(1, len(fits)), (bits % WORD_BITS).astype(np.uint64)
