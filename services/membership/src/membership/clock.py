"""Time in: what is due today and not yet done."""

from membership.commands import contact, membership, organisation

due = (membership.lapse, contact.forget_those_who_left, organisation.seal_what_is_plain)
THINGS = (
    *("memberships", "contacts", "organisations"),
    *("unreadable_commitments", "unreadable_contacts", "unreadable_memberships"),
)
