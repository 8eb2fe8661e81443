"""What holds for every service's catalogue of translations."""

import re
from typing import Any


def check_values(catalogue: Any) -> None:
    """Assert that each translation names the same values as its sentence."""
    for message in catalogue:
        if message.id and not message.context:
            texts = message.string if message.pluralizable else [message.string]
            source = message.id[-1] if message.pluralizable else message.id
            assert {named(text) for text in texts} == {named(source)}


def named(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"%\(\w+\)s", text))
