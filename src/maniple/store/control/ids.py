"""Short readable ids: `con_`, `syn_`, `run_` or `sub_` and ten characters of base32 in lower case (50 bits)."""

from __future__ import annotations

import random
from typing import Literal, TypeAlias

IdPrefix: TypeAlias = Literal["con_", "syn_", "run_", "sub_"]
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id(prefix: IdPrefix, dice: random.Random) -> str:
    """A new id with `prefix`, thrown with `dice`."""
    return prefix + "".join(dice.choices(ALPHABET, k=10))
