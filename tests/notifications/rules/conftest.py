"""Histories send thousands of mails, to a server of which we know that it answers when asked."""

import pytest

from notifications.channels import smtp_lines


@pytest.fixture(autouse=True)
def without_a_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    """Listen for no time, but for a turn of the loop, after each answer."""
    monkeypatch.setattr(smtp_lines, "BREATH_S", 0)
    monkeypatch.setattr(smtp_lines, "BREATH_BEFORE_MESSAGE_S", 0)
