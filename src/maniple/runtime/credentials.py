"""The auth kinds of a call, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from maniple.auth import Additions, AuthKind, Given
from maniple.runtime.classify import RuleProgram
from maniple.runtime.search import search
from maniple.template.compile import PlacedText, ScalarTemplate
from maniple.wire import Reply

Scope = Mapping[str, Any]


@dataclass(frozen=True)
class KindProgram:
    """One auth kind with the replies that mean its credential has ended."""

    kind: AuthKind
    when: ScalarTemplate | None = None
    expired: tuple[RuleProgram, ...] = ()
    paths: Mapping[str, Any] | None = None
    """The JMESPaths that it reads replies with, compiled, by how they are written."""
    by_operator: bool = False
    """Some of its fields are given by whoever runs maniple."""

    @cached_property
    def is_still(self) -> bool:
        """What it adds is all it does: it asks nobody for anything, signs nothing and fills nothing in."""
        own = type(self.kind)
        return own.obtain is AuthKind.obtain and own.sign is AuthKind.sign and not self.kind.variables

    def ends_with(self, reply: Reply) -> bool:
        """The reply says that the credential's time is over."""
        return self.kind.ends_with(reply) or any(rule.fits(reply) for rule in self.expired)


@dataclass(frozen=True)
class AuthProgram:
    """The auth kinds of a call with their templates compiled, URLs apart."""

    kinds: tuple[KindProgram, ...]
    templates: Mapping[str, ScalarTemplate]
    urls: Mapping[str, PlacedText]

    @cached_property
    def variables(self) -> frozenset[str]:
        """The variables that one of the kinds fills in."""
        return frozenset[str]().union(*(program.kind.variables for program in self.kinds))

    def chosen(self, scope: Scope) -> KindProgram | None:
        """The first kind whose `when` holds."""
        if len(self.kinds) == 1 and self.kinds[0].when is None:
            return self.kinds[0]
        return next((one for one in self.kinds if one.when is None or one.when.render(scope)), None)

    def render(self, scope: Scope, template: str) -> Any:
        """One of the kinds' templates with the connection's settings."""
        url = self.urls.get(template)
        return url.render(scope) if url is not None else self.templates[template].render(scope)

    def additions(self, scope: Scope) -> Additions:
        """What the kind adds to every call."""
        program = self.chosen(scope)
        return program.kind.additions(lambda template: self.render(scope, template)) if program else Additions()

    def given(self, program: KindProgram, scope: Scope) -> Given:
        """What the kind works with."""
        paths = program.paths or {}
        return Given(
            lambda template: self.render(scope, template),
            lambda path, tree: search(paths[path], tree),
            program.by_operator,
        )
