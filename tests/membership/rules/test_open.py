"""What counts as an open membership: the same in the machine and in the database's index."""

from membership.models import Table
from membership.rules.membership import ENDED


def test_a_membership_is_open_until_the_machine_says_that_it_has_ended() -> None:
    (index,) = (
        one
        for one in Table.metadata.tables["memberships"].indexes
        if one.name == "one_open_membership"
    )
    condition = str(index.dialect_options["postgresql"]["where"])
    assert condition == f"state NOT IN ({', '.join(map(repr, ENDED))})"
