"""What is done while nobody types: Python's search for cycles of objects."""

from __future__ import annotations

import gc

SECONDS = 1.5
"""How long nothing was pressed after another screen came."""


def tidy() -> None:
    """Search all there is, and leave what stays out of further searches.

    A screen is tens of thousands of objects that live as long as it does. A search that comes while somebody types, and
    goes through all of them, keeps a key waiting for a tenth of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def leave() -> None:
    """Searches go through everything again."""
    gc.unfreeze()
