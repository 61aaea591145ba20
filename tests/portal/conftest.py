"""What tests of the portal share."""

from __future__ import annotations

import os

# Read when Textual is imported: nothing moves on a picture.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
