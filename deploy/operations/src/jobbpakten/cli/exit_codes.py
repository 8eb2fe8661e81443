"""What can be the matter, and the exit code that says so."""

from enum import IntEnum


class Code(IntEnum):
    """How a command ends."""

    GOOD = 0
    FOUND = 1
    WRONG_USE = 2
    AWAY = 3


CODES = (
    "Exit codes: 0 good, 1 something found that needs a person, "
    "2 wrong use, 3 PostgreSQL or Kafka is away."
)


class Trouble(Exception):
    """One sentence for whoever typed the command: cause and fix, and nobody's data."""

    code = Code.FOUND


class WrongUse(Trouble):
    """The command or its environment is wrong; trying again won't help."""

    code = Code.WRONG_USE


class Away(Trouble):
    """What the command needs doesn't answer; trying again may help."""

    code = Code.AWAY
