"""The body formats: one file a format.

A format turns plain data into bytes and says what they are. What the data is made from, and which holes it has, is
the matter of `maniple.runtime.body`.
"""

from __future__ import annotations

BODY_FORMATS = ("json", "form", "ndjson", "csv", "multipart", "xml", "text")
"""Every body key a call may have."""

MERGING_FORMATS = ("json", "form", "multipart")
"""The formats that have named members, so that an auth kind can add its own."""
