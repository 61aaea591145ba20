"""What an auth kind is: fields, docs and behaviour in one class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict

from maniple.wire import Flow, Reply, Request

Render: TypeAlias = Callable[[str], Any]
"""Renders one of the kind's own templates with the connection's settings; null is None."""


@dataclass(frozen=True, slots=True)
class DefaultField:
    """A set-up field that a kind declares when the manifest does not."""

    name: str
    label: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Additions:
    """What a kind adds to every call before its body is encoded."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    json: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What a kind works with: its templates' values, and the reading of replies."""

    render: Render
    find: Callable[[str, Any], Any]
    """What a JMESPath finds in a reply's tree; None when there is nothing."""
    by_operator: bool = False
    """Whoever runs maniple gave the credentials, or some of them."""

    def text(self, template: str | None) -> str:
        """The value of a template as text; without a template or a value the empty text."""
        value = None if template is None else self.render(template)
        return value if isinstance(value, str) else "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Credential:
    """What a kind got from the partner: values by name. Those whose names it tells (`variables`) are for templates."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Denied:
    """No credential could be got: why, in a few words and in a sentence that says who must act.

    `reply` is the last answer. `hopeless`: no other call will fare better until somebody has acted.
    """

    reason: str
    message: str
    reply: Reply = field(repr=False)
    hopeless: bool = True


NOTHING = Credential()
"""The credential of kinds that ask nobody."""


class AuthKind(BaseModel):
    """The family of auth kinds."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    default_fields: ClassVar[tuple[DefaultField, ...]] = ()
    urls: ClassVar[frozenset[str]] = frozenset()
    """Names of its fields that are URLs."""
    words: ClassVar[frozenset[str]] = frozenset()
    """Names of its fields that are no templates."""

    when: str | None = None
    """An expression over the fields: this auth is used when it is true (in a list of auths)."""

    def additions(self, render: Render) -> Additions:  # noqa: ARG002  kinds that have credentials use it
        """Headers, query parameters and body members that are known without asking anybody."""
        return Additions()

    def obtain(
        self,
        given: Given,  # noqa: ARG002  kinds that exchange use them
        expired: Credential | None,  # noqa: ARG002
    ) -> Flow[Credential | Denied]:
        """The credential for one try of a request: remembered, or got by whatever exchanges the kind needs.

        `expired` is one that the partner did not take any more.
        """
        return NOTHING
        yield  # a kind without exchanges is still a generator

    def sign(
        self,
        request: Request,
        given: Given,  # noqa: ARG002  kinds that sign use them
        credential: Credential,  # noqa: ARG002
    ) -> Flow[Request]:
        """The request with its signature or token, complete but for that."""
        return request
        yield  # a kind without effects is still a generator

    def show(self, request: Request) -> Request:
        """The request as a preview shows it: a mark stands where `sign` would put what only the moment of sending
        brings."""
        return request

    def ends_with(self, reply: Reply) -> bool:  # noqa: ARG002  kinds that exchange use it
        """The reply says that the credential's time is over."""
        return False

    @property
    def variables(self) -> frozenset[str]:
        """The variables that it fills in."""
        return frozenset()

    def sets_header(self) -> tuple[str, ...]:
        """Names of the headers that this kind sets, for the editor and the review."""
        return ()

    def sets_query(self) -> tuple[str, ...]:
        """Names of the query parameters that this kind sets."""
        return ()
