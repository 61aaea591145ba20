"""Cohort syncs from declarative manifests."""
