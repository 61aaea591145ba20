"""Submissions, their bundles, what is said and decided about them, notices, and what is published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _submissions()
    _threads()
    _publications()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("publications")
    op.drop_index("ix_notices_recipient", "notices")
    op.drop_table("notices")
    op.drop_index("ix_entries_submission_id", "entries")
    op.drop_table("entries")
    op.drop_table("rounds")
    op.drop_index("ix_submissions_slug", "submissions")
    op.drop_table("submissions")


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
    )
    op.create_index("ix_submissions_slug", "submissions", ["slug"])
    op.create_table(
        "rounds",
        sa.Column("submission_id", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("report", sa.JSON, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("bundle", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "number", name="pk_rounds"),
        _of_submission("rounds"),
    )


def _threads() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("submission_id", sa.String(20), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("file", sa.Text),
        sa.Column("line", sa.Integer),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        _of_submission("entries"),
    )
    op.create_index("ix_entries_submission_id", "entries", ["submission_id"])
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("submission_id", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        _of_submission("notices"),
    )
    op.create_index("ix_notices_recipient", "notices", ["recipient"])


def _publications() -> None:
    op.create_table(
        "publications",
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("submission_id", sa.String(20), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("deprecated_at", sa.Double),
        sa.Column("deprecation", sa.Text),
        sa.PrimaryKeyConstraint("slug", name="pk_publications"),
        _of_submission("publications"),
    )


def _of_submission(child: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["submission_id"], ["submissions.id"], name=f"fk_{child}_submission_id", ondelete="CASCADE"
    )
