"""What a mail and a task's page say, in every language; nothing but `Facts` can reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["task", "message"]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a template can see. No person, no reason, no free text."""

    network: str
    case: str  # the first eight hexadecimal digits of the aggregate's id
    unit: str
    act_by: date | None
    role: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """One mail's words, ready to be handed over."""

    subject: str
    text: str
    html: str
    language: str
    template: str


def render(template: str, language: str, facts: Facts, link: str | None) -> Rendered:
    """Write one notice's mail."""
    raise NotImplementedError


def render_many(notices: Sequence[tuple[str, Facts]], language: str) -> Rendered:
    """Write several messages as one mail."""
    raise NotImplementedError


def page(template: str, language: str, facts: Facts, state: str) -> str:
    """Write the page behind a task's link; `state` is the notice's."""
    raise NotImplementedError


def page_gone(language: str) -> str:
    """Write the page behind a link that leads nowhere any more."""
    raise NotImplementedError
