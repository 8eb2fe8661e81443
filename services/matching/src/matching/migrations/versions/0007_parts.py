"""What is too much for one transaction goes on in parts, and what is over goes."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

from shared.migrations import run_plumbing

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("matches", sa.Column("void_since", sa.Date()))
    op.add_column("matches", sa.Column("void_because", AutoString()))
    op.create_index(
        "void_matches",
        "matches",
        ["id"],
        postgresql_where=sa.text("open AND void_since IS NOT NULL"),
    )
    op.create_index(
        "candidates_by_rules",
        "candidates",
        ["network", "rules"],
        postgresql_where=sa.text("state NOT IN ('closed', 'own_livelihood')"),
    )
    for name, column in (("places_by_member", "membership_id"), ("places_ending", "ends_before")):
        op.create_index(
            name, "places", [column], postgresql_where=sa.text("places.state <> 'closed'")
        )
    op.create_index(
        "candidates_gone",
        "candidates",
        ["since"],
        postgresql_where=sa.text("state IN ('closed', 'own_livelihood')"),
    )
    op.create_index("matches_by_candidate", "matches", ["candidate_ref"])
    op.create_index("placements_by_candidate", "placements", ["candidate_ref"])
    op.create_index("match_runs_by_day", "match_runs", ["run_on"])
    op.create_index("ranked_by_candidate", "ranked", ["candidate_ref"])
    run_plumbing(3)
