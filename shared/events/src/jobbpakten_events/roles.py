"""The roles in which somebody acts or is told what to do: the words of tokens and of machines."""

from typing import Literal

# Those of people; the directory names somebody in one of them.
PersonRole = Literal[
    "signatory",
    "contact_person",
    "supervisor",
    "coordinator",
    "vetting_officer",
    "decider",
    "caseworker",
    "participant",
]
Role = Literal[PersonRole, "system"]
