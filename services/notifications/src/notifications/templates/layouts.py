"""The frames that hold the words: a mail in HTML, a mail in plain text, a page.

MJML becomes HTML once, with the places for words still open; a mail only fills them in.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import css_inline
import mrml
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.templates.texts import texts_in
from shared.texts import Texts

FOLDER = Path(__file__).parent
# A parser of HTML would throw a statement out of a table; a comment may stand anywhere.
STATEMENT = re.compile(r"<!--(\{%.*?%\})-->")
STYLE = (FOLDER / "page.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
PAGE_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


@cache
def html_frame(language: str) -> Template:
    return environment(texts_in(language), escapes=True).from_string(html_source())


@cache
def text_frame(language: str) -> Template:
    return environment(texts_in(language), escapes=False).from_string(source("mail.txt"))


@cache
def page_frame(language: str) -> Template:
    return environment(texts_in(language), escapes=True).from_string(source("page.html"))


@cache
def html_source() -> str:
    inliner = css_inline.CSSInliner(
        keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False
    )
    # mrml: left to itself it has every reader fetch fonts from a stranger.
    made = mrml.to_html(source("mail.mjml"), None, mrml.RenderOptions(fonts={}))
    return STATEMENT.sub(r"\1", inliner.inline(made.content))


def source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def environment(texts: Texts, *, escapes: bool) -> ImmutableSandboxedEnvironment:
    """Make a place where a missing value is an error and nothing can be reached but the words."""
    made = ImmutableSandboxedEnvironment(
        autoescape=escapes,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"say": texts.say, "language": texts.language, "direction": texts.direction}
    made.globals |= {"start": "right" if texts.direction == "rtl" else "left"}
    return made
