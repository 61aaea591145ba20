"""What a hostile manifest is made of."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.manifests import BASE

HARMLESS = "harmless"


@dataclass(frozen=True)
class Attack:
    """A manifest that means ill, and what must come of it: `harmless`, or the code of the finding that refuses it.

    `reply` is what the partner answers, with `headers`, and `token` what its sign-in answers; `value` is what every test
    user has as identifier. A delivery asks for as many `effects` before it is ended.
    """

    make: Callable[[], bytes]
    expected: str
    file: str = "manifest.json"
    reply: bytes | None = None
    value: str = "ab\"\\'é$"
    headers: tuple[tuple[str, str], ...] = ()
    token: bytes = b'{"access_token": "access-1", "expires_in": 3600}'
    settings: Mapping[str, Any] = field(default_factory=lambda: {"bearer_token": "token-1"})
    effects: int = 2


def changed(**changes: Any) -> bytes:
    """The base manifest with keys replaced, as JSON text: `add_users__item=...` is a key of a call."""
    tree = copy.deepcopy(BASE)
    for name, value in changes.items():
        owner, _, key = name.partition("__")
        target, field = (tree[owner], key) if key else (tree, owner)
        if value is None:
            target.pop(field, None)
        else:
            target[field] = value
    return json.dumps(tree).encode()


def item(tree: Any) -> bytes:
    """The base manifest with this `item`."""
    return changed(add_users__item=tree)
