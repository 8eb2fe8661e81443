"""Whether what was read is what was written: CP1252 gives some letter for nearly every byte.

A file of CP850, CP437 or Mac Roman becomes `S”derstr”m` or `Sšderstršm` when it is read as CP1252.
So it is read in all of them, and each reading has a price: what names and addresses seldom hold
costs a little, what they never hold much. CP1252 has to be cheaper than every other, over the whole
file; one `å` in it is enough. A file in which that can't be told is refused, and so is each row
that holds what is never meant, whatever the others say.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

from matching.api.importing.encodings import CURE, Encoding
from matching.commands.candidates.imports import Fault

# No name or address is longer, and whoever knows so many knows the file: nobody waits for more.
FAR_ENOUGH, ENOUGH = 300, 500
RIVALS = ("cp850", "cp437", "mac_roman")
WRONG = {
    "cp1252": f"the file isn't UTF-8, and what stands here isn't CP1252: {CURE}",
    "utf-8": f"a letter was lost here before the file was saved: open its source and {CURE}",
}
DOUBTFUL = f"the file isn't UTF-8, and these letters may be others than CP1252's: {CURE}"

HIGH, LOW = "À-ÖØ-ÞŠŒŽŸ", "ß-öø-ÿšœžı"
ODD, UPPER, LOWER = HIGH + LOW, f"A-Z{HIGH}", f"a-z{LOW}"
LETTER = UPPER + LOWER
QUOTES, DASHES = "“”„‘‚«»", "’–—"
SIGN = f"[^\x00-\x7f\xa0\xad´{ODD}{QUOTES}{DASHES}]"
BEFORE, BEHIND, ALONE = f"(?<=[{LETTER}])", f"(?=[{LETTER}])", f"(?<![{LETTER}])"

PRICES = [
    (re.compile(pattern), price)
    for pattern, price in (
        # Letters: å, ä, ö and é are free, then by how seldom they stand in a name.
        ("[üÜšŠžŽáÁàèëçÇñÑíÍóÓúÚøØæÆôß]", 1),
        ("[ÞþÐðÝý]", 2),
        ("[ÀâÂãÃÈêÊËìÌîÎïÏòÒÔõÕùÙûÛÿŸœŒ]", 3),
        ("ı", 5),
        # Where a letter stands.
        (f"{BEFORE}[{HIGH}](?=[A-Z]?[{LOWER}])|(?<=[{LOWER}])[{HIGH}]", 10),  # PŠr, OÆBrien
        (f"[{LOW}](?=[A-Z][{LOWER}])", 5),  # OíBrien
        (f"(?<=[{UPPER}][{UPPER}])[{LOW}](?![{LOWER}])|(?<=[{UPPER}])[{LOW}](?=[{UPPER}])", 2),
        (f"[{ODD}]{{3}}", 10),  # Èâàíîâ
        (r"(?<![aeiouyäöüAEIOUYÄÖÜ])ß", 10),
        (rf"(?<=\d)[{ODD}]|[{ODD}](?=\d)", 2),
        # Vowels that no word has side by side: Duöan, Tomaö, Äana, Raúul.
        (f"(?<=[aouAOU])[åäöÅÄÖ](?=[aoueAOUE]|(?![{LETTER}]))", 3),
        (f"{ALONE}[äåÄ](?=[aoueAOUE])|[úÚ](?=[uU])|[öÖ](?=[aA](?![{LETTER}]))", 3),
        # Signs beside letters, and quotation marks, dashes, spaces where they seldom stand.
        (f"{BEFORE}{SIGN}|{SIGN}{BEHIND}|{BEFORE}[{QUOTES}]{BEHIND}", 10),
        (f"(?<![{LETTER}])(?![½§°]){SIGN}(?![{LETTER}])", 2),
        (f"{BEFORE}[{QUOTES}{DASHES}](?![{LETTER}])|{ALONE}[{QUOTES}{DASHES}](?=[{LOWER}])", 4),
        (f"{ALONE}[{QUOTES}{DASHES}](?=[{UPPER}])", 1),
        (f"{BEFORE}[{DASHES}´]{BEHIND}", 2),
        (f"{BEFORE}´(?=[{LOWER}])", 3),
        (f"{BEFORE}\xa0(?![{UPPER}\\d ])", 2),
        (f"{BEFORE}\xad", 3),
    )
]
SMALL = re.compile(f"{ALONE}[{LOW}]")  # a name begins with a capital

ANY = r"[^\W\d_]"
AGAIN = bytes(range(0x80, 0xC0)).decode("cp1252", "ignore")
NEVER = [
    re.compile(pattern)
    for pattern in (
        "[\ufffd\x80-\x9f]",
        f"[ÂÃ][{AGAIN}\x80-\x9f]|[√├┬].",  # UTF-8 that was read as something else: SÃ¶der, S├Âder
        f"(?<={ANY})[†‡‰ˆ˜ƒ…‹›•™€¤¢£¥¦§¨©®¯±²³µ¶¸¹º»«¼½¾¿¡\u2500-\u259f](?={ANY})",
        f"(?<={ANY})[“”„‚](?=[{LOWER}])",
        f"(?<!{ANY})[™€†‡…‰¢£¥¦¨´¸](?=[{LOWER}])",
        f"(?<={ANY})[ŠŒŽŸ](?=[{LOWER}])|(?<=[{LOWER}])[ŠŒŽŸ]",
    )
]
# Other alphabets' letters, and no name of ours: Èâàíîâ.
NEVER_IN_CP1252 = re.compile(f"[{ODD}×÷]{{3}}")


def doubts(
    rows: Sequence[tuple[int, Mapping[str, str]]], encoding: Encoding, names: Collection[str]
) -> Iterator[Fault]:
    """Name the cells that hold what is never meant, and those that are in doubt."""
    odd = [
        (number, column, cell)
        for number, cells in rows
        for column, cell in cells.items()
        if not cell.isascii()
    ]
    wrong = {one[:2] for one in odd if is_wrong(one[2], encoding)}
    for number, column in wrong:
        yield Fault(number, column, WRONG[encoding])
    if encoding == "cp1252":
        left = islice((one for one in odd if one[:2] not in wrong), ENOUGH)
        for number, column in in_doubt([*left], names):
            yield Fault(number, column, DOUBTFUL)


def is_wrong(cell: str, encoding: Encoding) -> bool:
    foreign = encoding == "cp1252" and NEVER_IN_CP1252.search(cell)
    return bool(foreign) or any(never.search(cell) for never in NEVER)


def in_doubt(
    odd: Sequence[tuple[int, str, str]], names: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Give the cells that another encoding reads as cheaply, if it does so with the whole file."""
    odd = [(number, column, cell[:FAR_ENOUGH]) for number, column, cell in odd]
    ours = [price(cell, column in names) for _, column, cell in odd]
    for rival in RIVALS:
        theirs = [price(read_as(cell, rival), column in names) for _, column, cell in odd]
        if odd and sum(theirs) <= sum(ours):
            for (number, column, _), our, their in zip(odd, ours, theirs, strict=True):
                if their <= our:
                    yield number, column
            return


def read_as(cell: str, rival: str) -> str:
    return cell.encode("cp1252").decode(rival)


def price(cell: str, is_name: bool) -> int:  # noqa: FBT001
    found = sum(price * len(pattern.findall(cell)) for pattern, price in PRICES)
    return found + 2 * len(SMALL.findall(cell)) if is_name else found
