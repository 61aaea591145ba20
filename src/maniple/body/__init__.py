"""The body formats: one file a format. This version sends JSON."""

from __future__ import annotations

BODY_FORMATS = ("json", "form", "ndjson", "csv", "multipart", "xml", "text")
"""Every body key a call may have."""

RUNNING_FORMATS = ("json",)
"""The formats that this version sends."""
