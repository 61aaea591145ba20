"""The sign-in of a simulated partner: the token endpoints that its manifest names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from maniple.auth import TokenKind
from maniple.manifest.fields import FormField
from maniple.runtime.program import Program
from maniple.template.ast import Name
from maniple.testing.simulator.answers import Answer
from maniple.testing.simulator.build import put
from maniple.testing.simulator.shape import Received
from maniple.testing.simulator.urls import UrlShape, placed_shape

LIFETIME = 3600
USUAL = {"access_token": "simulated_token", "token_type": "Bearer", "expires_in": LIFETIME}


@dataclass(frozen=True)
class SignIn:
    """One token endpoint: its address, and what it answers."""

    url: UrlShape
    tree: Mapping[str, Any]

    def is_for(self, request: Received) -> bool:
        """The request is one for a token of this endpoint."""
        return request.method == "POST" and self.url.read(request.host, request.target, {}) is not None

    def answer(self) -> Answer:
        """A token, and whatever else the manifest saves of the answer."""
        return Answer(200, dict(self.tree))


def sign_ins_of(program: Program) -> list[SignIn]:
    """The token endpoints of a manifest. A role that is taken on at AWS is none: the partner is not asked for it."""
    return list(_sign_ins(program))


def _sign_ins(program: Program) -> Iterator[SignIn]:
    fields: dict[str, FormField] = {form_field.name: form_field for form_field in program.fields}
    hosts = _hosts(program)
    seen: set[str] = set()
    for step in (step for call in program.calls.values() for step in call.steps):
        for one in step.auth.kinds:
            kind = one.kind
            if not isinstance(kind, TokenKind) or kind.token_url in seen:
                continue
            seen.add(kind.token_url)
            tree: Any = dict(USUAL)
            for name, path in kind.save.items():
                value = USUAL.get(name, hosts.get(name, f"simulated_{name}"))
                tree = put(tree, (one.paths or {})[path].parsed, value)
            yield SignIn(placed_shape(step.auth.urls[kind.token_url], fields), tree)


def _hosts(program: Program) -> dict[str, str]:
    """Values for the variables that name the host of a call's URL."""
    found: dict[str, str] = {}
    for step in (step for call in program.calls.values() for step in call.steps):
        for place, part in enumerate(step.url.parts):
            if isinstance(part, str) or part[1] != "host" or not isinstance(part[0], Name):
                continue
            name = part[0].name
            host = name.replace("_", "-").lower()
            found[name] = f"https://{host}.test" if place == 0 else host
    return found
