"""What a mail says, as whoever gets it reads it in the subject: nothing else in its head tells."""

import re
from email.message import EmailMessage
from functools import cache

from notifications.rules.notices import TEMPLATES
from notifications.templates.texts import texts_in
from shared.texts import LOCALES

CASE = re.compile(r" \([^()]* [0-9a-f]{8}\)$")


def template_of(mail: EmailMessage) -> str:
    """Give the code of the template whose subject the mail has, or `several`."""
    return subjects().get(CASE.sub("", str(mail["Subject"])).rpartition(": ")[2], "several")


@cache
def subjects() -> dict[str, str]:
    spoken = [texts_in(language) for language in LOCALES]
    return {texts.say(f"notices.{code}.subject"): code for code in TEMPLATES for texts in spoken}
