"""How large a manifest may be: above these it is refused before it costs time or memory."""

from __future__ import annotations

MAX_CHARACTERS = 1_000_000
"""Characters of one file."""
MAX_DEPTH = 64
"""Maps and lists inside each other."""
MAX_NODES = 50_000
"""Keys and values of one file together."""
MAX_SCALAR = 200_000
"""Characters of one text."""
MAX_INTEGER_DIGITS = 30
"""Digits of one whole number."""
MAX_NUMBER = 100
"""Characters of one number of any form."""
MAX_FINDINGS = 50
"""Reading stops after so many findings: more would help nobody."""
