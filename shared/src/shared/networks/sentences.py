"""What is amiss in a network's file, said to whoever wrote it: what it is, and what helps."""

from collections.abc import Mapping
from typing import Any

A_CODE = "a code has 2 to 40 of a–z, 0–9 and _, and begins with a letter"
# By pydantic's name for an error; what stands in {} is the error's own.
SAID = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such field here: is it misspelt, or does it stand elsewhere?",
    "string_type": "it is no text: put it in quotes",
    "string_too_long": "it has more than {max_length} characters",
    "string_too_short": "it is empty",
    "too_short": "it names nothing",
    "int_type": "it isn't a whole number",
    "greater_than": "it is more than {gt}",
    "less_than_equal": "it is at most {le}",
    "bool_type": "it is true or false, without quotes",
    "literal_error": "it is one of {expected}",
    "list_type": "it is a list, such as [sv, en]",
    "dict_type": "it holds fields, each with a name, a colon and a space",
    "model_type": "it holds fields, each with a name, a colon and a space",
    "uuid_type": "it is an id, such as 0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f",
    "uuid_parsing": "it is an id, such as 0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f",
    "date_from_datetime_parsing": "it is a day, such as 2026-02-11",
}
PATTERNS = {
    r"^[a-z][a-z0-9_]{1,39}$": A_CODE,
    r"^[a-z][a-z0-9-]{1,39}$": "it has 2 to 40 of a–z, 0–9 and -, and begins with a letter",
    r"^[a-z][a-z0-9_]{1,19}:[a-z0-9_]{1,39}$": "it is of a kind, such as skill:kitchen",
    r"^([a-z][a-z0-9_]{1,39})?$": A_CODE,
    r"^[0-9]{4}$": "it has four digits, such as 0180",
    r"^[0-9A-Za-z.-]{1,20}$": "it has 1 to 20 letters, digits, points and hyphens, such as 2026-1",
    r"^[0-9+][0-9 -]{4,24}$": "it has digits, spaces and hyphens, such as 018-727 00 00",
}
LENGTH = "it is a length, such as {days: 92}"
# Of YAML itself: a piece of PyYAML's sentence, and what helps.
CURES = {
    "'\\t'": "indent with spaces, not with tabs",
    "mapping values": "put a text that holds a colon in quotes, and look at the line before",
    "expected <block end>": "look at the indentation, and at the line before",
    "could not find expected ':'": "look at the line before",
    "expected ',' or '}'": "look at the line before, and put a text with quotes in it in quotes",
    "cannot start any token": "put the text in quotes",
}


def sentence(fault: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors in words that help; its own where we have none."""
    about: Mapping[str, Any] = fault.get("ctx", {})
    if about.get("class_name") == "Limit":
        return LENGTH
    if fault["type"] == "string_pattern_mismatch" and about["pattern"] in PATTERNS:
        return PATTERNS[about["pattern"]]
    if fault["type"] in SAID:
        return SAID[fault["type"]].format(**about)
    return str(fault["msg"]).removeprefix("Value error, ")


def with_cure(problem: str) -> str:
    """Return what PyYAML says of a file's form, with what helps."""
    cure = next((cure for piece, cure in CURES.items() if piece in problem), "")
    return f"{problem}: {cure}" if cure else problem
