"""The tables of the control plane. Times are seconds since the Unix epoch; JSON columns hold plain data."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _belongs_to(parent: str) -> ForeignKey:
    return ForeignKey(f"{parent}.id", ondelete="CASCADE")


connections = Table(
    "connections",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("slug", Text, nullable=False),
    Column("manifest_path", Text, nullable=False),
    Column("manifest_version", Text, nullable=False),
    Column("manifest_text", Text, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("sealed_settings", LargeBinary),
    Column("mappings", JSON, nullable=False),
    Column("targets", JSON, nullable=False),
    Column("via", Text),
    Column("allow_private", Boolean, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)

syncs = Table(
    "syncs",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("connection_id", String(20), _belongs_to("connections"), nullable=False),
    Column("cohort_name", Text, nullable=False),
    Column("cohort_id", Text, nullable=False),
    Column("id_column", Text),
    Column("list", JSON, nullable=False),
    Column("list_name", Text),
    Column("membership_file", Text),
    Column("members", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("connection_id", "cohort_id"),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("sync_id", String(20), _belongs_to("syncs"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", String(24), nullable=False),
    Column("phase", String(24), nullable=False),
    Column("started_at", Double, nullable=False),
    Column("finished_at", Double),
    Column("cohort_file", Text),
    Column("cohort_rows", Integer, nullable=False),
    Column("batch_items", JSON, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("reason", Text),
    Column("message", Text),
    Column("rule", Text),
    Column("list_created", Boolean, nullable=False),
    Column("resumed", Integer, nullable=False),
    Column("manifest_version", Text, nullable=False),
    UniqueConstraint("sync_id", "number"),
)

batches = Table(
    "batches",
    metadata,
    Column("run_id", String(20), _belongs_to("runs"), primary_key=True),
    Column("operation", String(8), primary_key=True),
    Column("index", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("requests", Integer, nullable=False),
    Column("retries", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("skipped", Integer, nullable=False),
    Column("uncounted", Integer, nullable=False),
    Column("http_status", Integer),
    Column("reason", Text),
    Column("message", Text),
    Column("rule", Text),
    Column("at", Double, nullable=False),
    # One tree instead of two for the table that is written most.
    sqlite_with_rowid=False,
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("run_id", String(20), _belongs_to("runs"), primary_key=True),
    Column("operation", String(8), primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("message", Text, nullable=False),
    sqlite_with_rowid=False,
)

tokens = Table(
    "tokens",
    metadata,
    Column("connection_id", String(20), _belongs_to("connections"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires_at", Double),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("email", Text),
    Column("state", String(24), nullable=False),
    Column("round", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
)

rounds = Table(
    "rounds",
    metadata,
    Column("submission_id", String(20), _belongs_to("submissions"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("report", JSON, nullable=False),
    Column("note", Text, nullable=False),
    Column("bundle", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", String(20), _belongs_to("submissions"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("file", Text),
    Column("line", Integer),
    Column("at", Double, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("submission_id", String(20), _belongs_to("submissions"), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("seen_at", Double),
)

publications = Table(
    "publications",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("submission_id", String(20), _belongs_to("submissions"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Double, nullable=False),
    Column("deprecated_at", Double),
    Column("deprecation", Text),
)

Index(None, runs.c.started_at)
Index(None, submissions.c.slug)
Index(None, entries.c.submission_id)
Index(None, notices.c.recipient)
