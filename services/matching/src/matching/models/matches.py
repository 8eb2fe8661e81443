"""Match runs, matches, consents and placements."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from matching.models.tables import Table, document


class MatchRun(Table, table=True):
    """One run of the engine: what decides its result is kept, so that it can be run again."""

    __tablename__ = "match_runs"
    __table_args__ = (Index("match_runs_by_day", "run_on"),)

    id: UUID = Field(primary_key=True)
    network: str = Field(index=True)
    unit: str
    run_by: str
    run_on: date
    seed: int
    rules: str
    places: int
    with_candidates: int


class Ranked(Table, table=True):
    """A candidate's rank for a place in a run, with reasons and what isn't known."""

    __tablename__ = "ranked"
    __table_args__ = (Index("ranked_by_candidate", "candidate_ref"),)

    run_id: UUID = Field(primary_key=True, foreign_key="match_runs.id")
    place_id: UUID = Field(primary_key=True, foreign_key="places.id")
    rank: int = Field(primary_key=True)
    candidate_ref: UUID
    reasons: list[str] = Field(sa_column=document())
    unknowns: list[str] = Field(sa_column=document())


class Match(Table, table=True):
    """A candidate picked for a place. It changes only under the lock of its place."""

    __tablename__ = "matches"
    __table_args__ = (
        Index(
            "one_open_match",
            "place_id",
            "candidate_ref",
            unique=True,
            postgresql_where=text("open"),
        ),
        Index("matches_by_candidate", "candidate_ref"),
        Index("open_matches_by_candidate", "candidate_ref", postgresql_where=text("open")),
        Index("open_matches_by_deadline", "deadline", postgresql_where=text("open")),
        Index("void_matches", "id", postgresql_where=text("open AND void_since IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    network: str
    place_id: UUID = Field(foreign_key="places.id")
    candidate_ref: UUID = Field(foreign_key="candidates.id")
    organisation_id: UUID = Field(index=True)
    unit: str
    run_id: UUID | None = None
    picked_by: str
    state: str = ""
    since: date
    deadline: date | None = None
    open: bool = True  # not ended, and no placement yet
    asked_fields: list[str] = Field(default_factory=list, sa_column=document())
    ended_because: str | None = None  # a code for the caseworker; never told
    declined_by_employer: str | None = None  # a code from the profile
    # Of one that is over and hasn't been ended yet, for many are over at once: since when, and why.
    # Nobody is shown anything by it, and no act goes on with it.
    void_since: date | None = None
    void_because: str | None = None

    @property
    def is_void(self) -> bool:
        """Tell a match that is over already, and only waits for its end to be recorded."""
        return self.open and self.void_since is not None


VOID = col(Match.open) & col(Match.void_since).is_not(None)
"""The same, asked of the table."""


class Consent(Table, table=True):
    """A candidate's consent that named details go to one employer, until a day."""

    __tablename__ = "consents"
    __table_args__ = (Index("consents_by_candidate", "candidate_ref"),)

    id: UUID = Field(primary_key=True)
    network: str
    match_id: UUID = Field(foreign_key="matches.id", index=True)
    candidate_ref: UUID
    organisation_id: UUID
    fields: list[str] = Field(sa_column=document())
    given_how: str
    given_on: date
    witnesses: list[str] = Field(default_factory=list, sa_column=document())
    until: date
    recorded_by: str
    withdrawn_on: date | None = None
    withdrawn_how: str | None = None


class UnconfirmedConsent(Table, table=True):
    """What she said before one of the staff, while it waits for a second one: no consent yet.

    It lies apart so that nothing that reads consents can take it for one. It counts while its
    match is asked; whatever ends that ends it.
    """

    __tablename__ = "unconfirmed_consents"

    match_id: UUID = Field(primary_key=True, foreign_key="matches.id")
    consent_id: UUID
    fields: list[str] = Field(sa_column=document())
    given_on: date
    until: date
    recorded_by: str


class Placement(Table, table=True):
    """What a match became: one person's time at one workplace, and what it needs to begin."""

    __tablename__ = "placements"
    __table_args__ = (
        CheckConstraint("starts_on < ends_before", name="a_placement_has_a_day"),
        Index("placements_by_candidate", "candidate_ref"),
    )

    id: UUID = Field(primary_key=True)
    network: str
    match_id: UUID = Field(foreign_key="matches.id", unique=True)
    place_id: UUID = Field(foreign_key="places.id", index=True)
    candidate_ref: UUID
    organisation_id: UUID
    commitment_id: UUID
    unit: str
    offer: str
    area: str
    state: str = ""
    since: date
    deadline: date | None = None
    starts_on: date
    ends_before: date
    signed: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # party -> day
    insured_on: date | None = None
    supervisor_named_on: date | None = None
    started_on: date | None = None
    last_day: date | None = None
    missed_minutes: int | None = None
    sealed_ground: bytes | None = None  # why it was interrupted, and by which side: sensitive
