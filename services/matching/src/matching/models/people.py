"""Candidates, what is known of them, and, in tables of their own, who they are."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Column, Index, text
from sqlalchemy import Identity as Generated
from sqlmodel import Field, UniqueConstraint

from matching.models.tables import Table, document
from matching.rules.candidate import ENDS

# As text: with parameters in their place PostgreSQL wouldn't find the index.
IN_THE_BANK = f"state NOT IN ({', '.join(map(repr, ENDS))})"
GONE = f"state IN ({', '.join(map(repr, ENDS))})"


class Candidate(Table, table=True):
    """A person in one network, as matching may see her: no name, no number, nothing sensitive.

    Her row is the lock for her facts and for how many matches she is in.
    """

    __tablename__ = "candidates"
    __table_args__ = (
        Index("candidates_to_look_at", "network", "look_again_on"),
        Index("candidates_by_rules", "network", "rules", postgresql_where=text(IN_THE_BANK)),
        Index("candidates_gone", "since", postgresql_where=text(GONE)),
    )

    id: UUID = Field(primary_key=True)  # the candidate_ref: random
    # In the order of registration; with a run's seed it breaks ties.
    number: int | None = Field(
        None, sa_column=Column(BigInteger, Generated(always=True), unique=True, nullable=False)
    )
    network: str = Field(index=True)
    unit: str  # the municipal unit whose case it is
    caseworker: str  # the actor's id
    state: str = ""
    since: date
    deadline: date | None = None
    registered_on: date
    visible: bool = False  # as last computed and told
    target_group: str | None = None  # the target group, by which the board's priority orders
    abilities: dict[str, bool] = Field(default_factory=dict, sa_column=document())  # else unknown
    offers: list[str] = Field(default_factory=list, sa_column=document())  # what she wants
    schedule: int | None = None  # bits: 7 days of 3 parts; null is unknown
    available_from: date | None = None
    language: str = "sv"
    # When time alone changes what is known of her, and the key of the rules `visible` rests on.
    look_again_on: date | None = None
    rules: str = ""


class Identity(Table, table=True):
    """Who a candidate is. Everything but the keys' wrapping is sealed; no other table refers here.

    `number_index` finds the same person again within a network and says nothing without the key.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("network", "number_index", name="one_person_once"),)

    candidate_ref: UUID = Field(primary_key=True)
    network: str
    number_index: bytes
    identity_key: bytes  # wrapped
    sealed: bytes  # identity number, name, address, telephone, e-mail, whether she wants e-mail
    sensitive_key: bytes  # wrapped by the other settings key
    needs: bytes  # adaptation needs, sealed; from the first day: that nobody has asked


class Fact(Table, table=True):
    """One fact that decides whether she is visible: TRUE, FALSE or UNKNOWN, source and day sealed.

    That there is a fact with this code says nothing: everybody has all of them.
    """

    __tablename__ = "facts"

    candidate_ref: UUID = Field(primary_key=True, foreign_key="candidates.id")
    code: str = Field(primary_key=True)
    sealed: bytes  # value, source, found_on, recorded_by
