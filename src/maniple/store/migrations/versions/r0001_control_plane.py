"""Connections, syncs, runs, batches, verdicts and tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    _setups()
    _runs()
    _ledger()


def downgrade() -> None:
    """Drop all tables."""
    op.drop_table("tokens")
    op.drop_table("verdicts")
    op.drop_table("batches")
    op.drop_index("ix_runs_started_at", "runs")
    op.drop_table("runs")
    op.drop_table("syncs")
    op.drop_table("connections")


def _setups() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("manifest_path", sa.Text, nullable=False),
        sa.Column("manifest_version", sa.Text, nullable=False),
        sa.Column("manifest_text", sa.Text, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("sealed_settings", sa.LargeBinary),
        sa.Column("mappings", sa.JSON, nullable=False),
        sa.Column("targets", sa.JSON, nullable=False),
        sa.Column("via", sa.Text),
        sa.Column("allow_private", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connections"),
        sa.UniqueConstraint("name", name="uq_connections_name"),
    )
    op.create_table(
        "syncs",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("connection_id", sa.String(20), nullable=False),
        sa.Column("cohort_name", sa.Text, nullable=False),
        sa.Column("cohort_id", sa.Text, nullable=False),
        sa.Column("id_column", sa.Text),
        sa.Column("list", sa.JSON, nullable=False),
        sa.Column("list_name", sa.Text),
        sa.Column("membership_file", sa.Text),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("doubts", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_syncs"),
        sa.UniqueConstraint("connection_id", "cohort_id", name="uq_syncs_connection_id_cohort_id"),
        _belongs_to("connections", "syncs", "connection_id"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("sync_id", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("phase", sa.String(24), nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
        sa.Column("cohort_file", sa.Text),
        sa.Column("cohort_rows", sa.Integer, nullable=False),
        sa.Column("batch_items", sa.JSON, nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("rule", sa.Text),
        sa.Column("list_created", sa.Boolean, nullable=False),
        sa.Column("resumed", sa.Integer, nullable=False),
        sa.Column("manifest_version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("sync_id", "number", name="uq_runs_sync_id_number"),
        _belongs_to("syncs", "runs", "sync_id"),
    )
    op.create_index("ix_runs_started_at", "runs", ["started_at"])


def _ledger() -> None:
    op.create_table(
        "batches",
        sa.Column("run_id", sa.String(20), nullable=False),
        sa.Column("operation", sa.String(8), nullable=False),
        sa.Column("index", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("retries", sa.Integer, nullable=False),
        sa.Column("rejected", sa.Integer, nullable=False),
        sa.Column("skipped", sa.Integer, nullable=False),
        sa.Column("uncounted", sa.Integer, nullable=False),
        sa.Column("http_status", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("message", sa.Text),
        sa.Column("rule", sa.Text),
        sa.Column("at", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "operation", "index", "part", name="pk_batches"),
        _belongs_to("runs", "batches", "run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdicts",
        sa.Column("run_id", sa.String(20), nullable=False),
        sa.Column("operation", sa.String(8), nullable=False),
        sa.Column("row", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "operation", "row", name="pk_verdicts"),
        _belongs_to("runs", "verdicts", "run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tokens",
        sa.Column("connection_id", sa.String(20), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.PrimaryKeyConstraint("connection_id", "key", name="pk_tokens"),
        _belongs_to("connections", "tokens", "connection_id"),
    )


def _belongs_to(parent: str, child: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=f"fk_{child}_{column}", ondelete="CASCADE")
