"""The bank: copies of promises, people, places, matches and what became of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel.sql.sqltypes import AutoString

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    copies()
    people()
    places()
    matches()
    came_of_them()


def copies() -> None:
    op.create_table(
        "members",
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("in_force_on", sa.Date()),
        sa.Column("suspended_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.PrimaryKeyConstraint("membership_id"),
    )
    op.create_index("ix_members_organisation_id", "members", ["organisation_id"])
    op.create_table(
        "promises",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("offer", AutoString(), nullable=False),
        sa.Column("kept_by", AutoString(), nullable=False),
        sa.Column("promised", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("released_on", sa.Date()),
        sa.PrimaryKeyConstraint("commitment_id"),
    )
    op.create_index("ix_promises_membership_id", "promises", ["membership_id"])


def people() -> None:
    op.create_table(
        "candidates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("caseworker", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("target_group", AutoString()),
        sa.Column("abilities", JSONB(), nullable=False),
        sa.Column("offers", JSONB(), nullable=False),
        sa.Column("schedule", sa.Integer()),
        sa.Column("available_from", sa.Date()),
        sa.Column("language", AutoString(), nullable=False),
        sa.Column("look_again_on", sa.Date()),
        sa.Column("rules", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("candidates_to_look_at", "candidates", ["network", "look_again_on"])
    op.create_index("ix_candidates_network", "candidates", ["network"])
    op.create_table(
        "identities",
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sensitive_key", sa.LargeBinary(), nullable=False),
        sa.Column("needs", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_ref"),
        sa.UniqueConstraint("network", "number_index", name="one_person_once"),
    )
    op.create_table(
        "facts",
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_ref"], ["candidates.id"]),
        sa.PrimaryKeyConstraint("candidate_ref", "code"),
    )


def places() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("paused_for", JSONB(), nullable=False),
        sa.Column("offer", AutoString(), nullable=False),
        sa.Column("area", AutoString(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("must", JSONB(), nullable=False),
        sa.Column("want", JSONB(), nullable=False),
        sa.Column("provides", JSONB(), nullable=False),
        sa.Column("schedule", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("refreshed_on", sa.Date(), nullable=False),
        sa.Column("union_asked_on", sa.Date()),
        sa.Column("union_due_on", sa.Date()),
        sa.Column("union_stated_on", sa.Date()),
        sa.Column("union_statement", AutoString()),
        sa.CheckConstraint("slots > 0", name="a_place_has_room"),
        sa.CheckConstraint("starts_on < ends_before", name="a_place_has_a_day"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("places_by_commitment", "places", ["commitment_id"])
    op.create_index("places_by_organisation", "places", ["organisation_id"])
    op.create_index("places_by_state", "places", ["network", "state"])
    op.create_table(
        "slots",
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.CheckConstraint("state IN ('reserved', 'taken', 'used')", name="a_slot_is_in_use"),
        sa.CheckConstraint("number > 0", name="slots_count_from_one"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"]),
        sa.PrimaryKeyConstraint("place_id", "number"),
    )
    op.create_index("slots_by_match", "slots", ["match_id"], unique=True)


def matches() -> None:
    op.create_table(
        "match_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("run_by", AutoString(), nullable=False),
        sa.Column("run_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("rules", AutoString(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("with_candidates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_match_runs_network", "match_runs", ["network"])
    op.create_table(
        "matches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("run_id", sa.Uuid()),
        sa.Column("picked_by", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("asked_fields", JSONB(), nullable=False),
        sa.Column("ended_because", AutoString()),
        sa.Column("declined_by_employer", AutoString()),
        sa.ForeignKeyConstraint(["candidate_ref"], ["candidates.id"]),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_matches_organisation_id", "matches", ["organisation_id"])
    op.create_index(
        "one_open_match",
        "matches",
        ["place_id", "candidate_ref"],
        unique=True,
        postgresql_where=sa.text("open"),
    )
    op.create_index(
        "open_matches_by_candidate", "matches", ["candidate_ref"], postgresql_where=sa.text("open")
    )
    op.create_index(
        "open_matches_by_deadline", "matches", ["deadline"], postgresql_where=sa.text("open")
    )
    op.create_table(
        "ranked",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("reasons", JSONB(), nullable=False),
        sa.Column("unknowns", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["match_runs.id"]),
        sa.PrimaryKeyConstraint("run_id", "place_id", "rank"),
    )


def came_of_them() -> None:
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("given_how", AutoString(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("witnesses", JSONB(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("recorded_by", AutoString(), nullable=False),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("withdrawn_how", AutoString()),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consents_by_candidate", "consents", ["candidate_ref"])
    op.create_index("ix_consents_match_id", "consents", ["match_id"])
    op.create_table(
        "placements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", AutoString(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("candidate_ref", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("offer", AutoString(), nullable=False),
        sa.Column("area", AutoString(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date()),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("signed", JSONB(), nullable=False),
        sa.Column("insured_on", sa.Date()),
        sa.Column("supervisor_named_on", sa.Date()),
        sa.Column("started_on", sa.Date()),
        sa.Column("last_day", sa.Date()),
        sa.Column("missed_minutes", sa.Integer()),
        sa.Column("sealed_ground", sa.LargeBinary()),
        sa.CheckConstraint("starts_on < ends_before", name="a_placement_has_a_day"),
        sa.ForeignKeyConstraint(["match_id"], ["matches.id"]),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("match_id"),
    )
    op.create_index("ix_placements_place_id", "placements", ["place_id"])
