"""What an API's description says of its operations, whatever the description was written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from maniple.source.text import Path

CredentialKind: TypeAlias = Literal["basic", "bearer", "header", "query", "oauth2", "other"]
BodyFormat: TypeAlias = Literal["json", "form", "multipart", "text", "csv", "xml"]


@dataclass(frozen=True, slots=True)
class Credential:
    """One way in which an operation is authenticated. No value of a credential is kept, only where it goes.

    `name` is the header or parameter; `before` is text in front of the credential there, such as `App `. For OAuth 2,
    `grant` is `client_credentials`, `authorization_code` or empty when the description does not say.
    """

    kind: CredentialKind
    name: str = ""
    before: str = ""
    grant: str = ""
    authorize_url: str = ""
    token_url: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the path, the query or a header; `sample` is a value or a `{placeholder}`."""

    place: Literal["path", "query", "header"]
    name: str
    required: bool = False
    sample: Any = None


@dataclass(frozen=True, slots=True)
class OperationBody:
    """What a request carries. `sample` is data, or text for a body that is neither JSON nor a form.

    `optional` holds the paths into the sample that a request may leave out, `most` how many items an array may have,
    `choices` the texts that a member may be.
    """

    format: BodyFormat
    sample: Any
    optional: frozenset[Path] = frozenset()
    most: Mapping[Path, int] = field(default_factory=dict)
    choices: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A documented error: its status as written (`404`, `4XX`), what it means, and a sample of the answer's body."""

    status: str
    meaning: str = ""
    sample: Any = None


@dataclass(frozen=True, slots=True)
class Server:
    """One of the addresses at which an API answers; `name` is what the description calls it."""

    url: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of an API. `id` is unique in its description.

    `url` is whole, with `{placeholders}`, at the first of the API's servers; `path` is what follows the server.
    `folders` are its tags, or the folders it lies in. `answer` is a sample of what a success answers, None when it is
    not known. `rates` are written as in `limits.rate`: `90/s`.
    """

    id: str
    method: str
    url: str
    path: str = ""
    summary: str = ""
    description: str = ""
    folders: tuple[str, ...] = ()
    credentials: tuple[Credential, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    body: OperationBody | None = None
    answer: Any = None
    failures: tuple[Failure, ...] = ()
    rates: tuple[str, ...] = ()
    deprecated: bool = False


@dataclass(frozen=True, slots=True)
class ApiDescription:
    """The operations of a description, in its order. `notes` say what was not read, in plain words."""

    title: str
    operations: tuple[Operation, ...]
    servers: tuple[Server, ...] = ()
    notes: tuple[str, ...] = ()

    def operation(self, id: str) -> Operation | None:
        """The operation with this id."""
        return next((each for each in self.operations if each.id == id), None)
