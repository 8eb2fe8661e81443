"""What a mail and a task's page say, in every language; nothing but `Facts` can reach them."""

from notifications.templates.facts import Facts, Rendered
from notifications.templates.layouts import PAGE_HEADERS
from notifications.templates.mails import render, render_many
from notifications.templates.pages import Stands, page, page_gone, page_over
from notifications.templates.texts import FALLBACK, Networks

__all__ = [
    "FALLBACK",
    "PAGE_HEADERS",
    "Facts",
    "Networks",
    "Rendered",
    "Stands",
    "page",
    "page_gone",
    "page_over",
    "render",
    "render_many",
]
