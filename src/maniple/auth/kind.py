"""What an auth kind is: fields, docs and behaviour in one class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict

from maniple.wire import Flow, Request

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


class AuthKind(BaseModel):
    """Base of the auth kinds. A kind that runs in this version has `runs` true."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)

    runs: ClassVar[bool] = True
    default_fields: ClassVar[tuple[DefaultField, ...]] = ()

    when: str | None = None
    """An expression over the fields: this auth is used when it is true (in a list of auths)."""

    def additions(self, render: Render) -> Additions:  # noqa: ARG002  kinds that have credentials use it
        """Headers, query parameters and body members that are known without asking anybody."""
        return Additions()

    def flow(self, request: Request, render: Render) -> Flow[Request]:  # noqa: ARG002  kinds that exchange use it
        """The request with its credentials, after whatever exchanges the kind needs."""
        return request
        yield  # a kind without exchanges is still a generator

    def sets_header(self) -> tuple[str, ...]:
        """Names of the headers that this kind sets, for the editor and the review."""
        return ()
