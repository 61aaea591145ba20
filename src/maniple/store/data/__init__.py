"""The data plane: cohort snapshots, plans and memberships as immutable Parquet files, worked on with DuckDB."""
