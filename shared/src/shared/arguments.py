"""What is typed on a command line: bytes, which may be no text."""

import os
from collections.abc import Iterable


def odd(words: Iterable[str]) -> str | None:
    """Say in a sentence which word isn't UTF-8; Python hands such bytes on in disguise."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            shown = ascii(os.fsencode(word))[1:]
            return f"An argument isn't UTF-8: {shown}. Type it anew, or rename what it names."
    return None
