"""Every mail in every language, all the way: written, handed over, delivered, read back."""

from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest
from tests.notifications.channels.test_channels import Record, settings
from tests.notifications.support.readings import LINK, NETWORKS, facts_of
from tests.support.subjects import template_of

from jobbpakten_local.parts import mail
from notifications.channels import Mail, Outcome, hand_over
from notifications.rules.notices import TEMPLATES
from notifications.templates import render
from shared.people.sealing import Addressee
from shared.texts import LOCALES

ANNA = Addressee(name="Anna Åkesson, Törnестam AB", address="anna.akesson@räksmörgås.example")


@pytest.fixture(scope="module")
def post(run_folder: Path) -> Iterator[mail.Post]:
    with mail.started(run_folder / f"mail-{uuid4().hex[:8]}") as started:
        yield started


async def test_every_mail_arrives_as_it_was_written(post: mail.Post) -> None:
    written = {}
    for template, language in product(TEMPLATES, LOCALES):
        number = uuid4().hex
        written[f"<{number}@example.se>"] = rendered = render(
            template, language, facts_of(template), LINK, NETWORKS
        )
        found = await hand_over(
            Mail(number, ANNA, rendered), settings(post.port, smtp_host=post.host), Record().note
        )
        assert found == Outcome("accepted", "data 250")

    arrived = {message["Message-ID"]: message for message in post.messages()}

    said = Counter(template_of(message) for message in post.messages())
    assert said == dict.fromkeys(TEMPLATES, len(LOCALES))
    assert arrived.keys() == written.keys()
    for number, rendered in written.items():
        message = arrived[number]
        assert message["Subject"] == rendered.subject
        assert message["Content-Language"] == rendered.language
        assert message["To"].addresses[0].display_name == ANNA.name
        assert content(message, "plain") == rendered.text.strip()
        assert content(message, "html") == rendered.html.strip()


def content(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n").strip()
