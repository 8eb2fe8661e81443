"""A pytest plugin that notes in which of our files functions run while a call is answered."""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import pytest

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
OURS = re.compile(r".*/services/[a-z]+/src/(?!.*/migrations/)(.*[.]py)")
passed: dict[str, set[str]] = defaultdict(set)


@contextmanager
def noting(files: set[str]) -> Iterator[None]:
    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (ours := OURS.fullmatch(frame.f_code.co_filename)):
            files.add(ours[1])

    usual = sys.getprofile()
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(usual)


def pytest_configure() -> None:
    usual = httpx.AsyncClient.send

    async def send(self: httpx.AsyncClient, request: httpx.Request, **more: Any) -> httpx.Response:
        files = set[str]()
        with noting(files):
            answer = await usual(self, request, **more)
        if answer.is_success and request.method != "GET":
            act = ID.sub("…", request.url.path).removeprefix("/networks/jobbpakten")
            passed[f"{request.method} {act}"] |= files
        return answer

    pytest.MonkeyPatch().setattr(httpx.AsyncClient, "send", send)


def pytest_sessionfinish() -> None:
    found = {act: sorted(files) for act, files in passed.items()}
    Path(os.environ["PASSAGES"]).write_text(json.dumps(found), "utf-8")
