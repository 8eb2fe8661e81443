"""Logs: JSON lines with an allow-list of keys, and identity numbers masked wherever they hide."""


def holds_identity_number(text: str) -> bool:
    raise NotImplementedError
