"""As what a file is read: UTF-8, or CP1252 where that is likelier than all else; or not at all."""

import re
from typing import Literal

Encoding = Literal["utf-8", "cp1252"]
CURE = "save it as CSV UTF-8"
ARCHIVE = rb"7z\xbc\xaf|Rar!|\xfd7zXZ|BZh[1-9]|\x28\xb5\x2f\xfd"
# What people send in place of CSV, by how it begins.
FORMATS = [
    (re.compile(begins, re.DOTALL | re.IGNORECASE), what)
    for begins, what in (
        (rb"\xff\xfe\0\0|\0\0\xfe\xff|(?:[\t -~]\0\0\0){2}|(?:\0\0\0[\t -~]){2}", "UTF-32 text"),
        (rb"\xff\xfe|\xfe\xff|(?:[\t -~]\0){4}|(?:\0[\t -~]){4}", "UTF-16 text"),
        (rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument", "an ODS spreadsheet"),
        (rb"PK\x03\x04.*\bxl/", "an Excel workbook (xlsx)"),
        (rb"PK[\x03\x05]", "a ZIP archive"),
        (rb"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)"),
        (rb"\x1f\x8b", "compressed with gzip"),
        (ARCHIVE, "a compressed archive"),
        (rb"(?:\xef\xbb\xbf)?\s*%PDF-", "a PDF document"),
        (rb"(?:\xef\xbb\xbf)?\s*\{\\rtf", "an RTF document"),
        (rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|html|head|body|meta|table)", "an HTML page"),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml", "an XML document"),
        (rb"(?:\xef\xbb\xbf)?\s*[{\[]", "JSON"),
        (rb"--[^\r\n]+\r\nContent-", "a web form, not the file itself"),
    )
]


class Unreadable(ValueError):
    """The file is something else than text with columns; says what, and what to do."""


def decoded(content: bytes) -> tuple[str, Encoding]:
    """Give the text and its encoding; what no letter is behind stands in it as U+FFFD."""
    for begins, what in FORMATS:
        if begins.match(content):
            raise Unreadable(f"the file is {what}: {CURE}")
    if b"\0" in content:
        raise Unreadable(f"the file holds NUL, as no text does: {CURE}")
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", "replace"), "utf-8"
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "cp1252"
