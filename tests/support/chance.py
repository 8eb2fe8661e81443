"""What a clock or a draw writes, which now and then holds the very digits a test looks for."""

import re

DRAWN = re.compile(
    r"""
    \d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:\.\d+)?   # a moment
    | \b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b   # an id
    | \b(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b   # an id or a digest without hyphens
    """,
    re.VERBOSE,
)


def without_chance(text: object) -> str:
    """Give a text without moments, ids and digests."""
    return DRAWN.sub("", str(text))
