"""One call to a partner's API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from maniple.auth import Auth
from maniple.body import BODY_FORMATS
from maniple.manifest.answers import ErrorRules, ListId, Match, Rejects
from maniple.manifest.base import Duration, ManifestModel, PathExpression, Template, Tree
from maniple.manifest.limits import BatchSize, Limits

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
QueryValue = Template | int | float | bool


class CsvBody(ManifestModel):
    """A CSV body: the header row and one row per user."""

    columns: Annotated[dict[Template, Template], Field(min_length=1)]
    """Column name to the value for each user."""
    header: bool = True
    """Whether the first row names the columns."""
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n]$')] = ","
    """The character between two values."""


class MultipartPart(ManifestModel):
    """One part of a multipart body."""

    name: Template
    """The part's name; with `~` at its end the part is left out when a hole in it has no value."""
    value: Template | None = None
    """A plain value; a list makes a part for each element, a map is JSON text."""
    filename: Template | None = None
    """Makes the part a file of this name."""
    content_type: str | None = None
    """The part's own content type."""
    json_: Tree = Field(default=None, alias="json")
    """The part's content as JSON."""
    csv: CsvBody | None = None
    """The part's content as CSV."""
    text: Template | None = None
    """The part's content as text."""

    @model_validator(mode="after")
    def _one_content(self) -> MultipartPart:
        contents = ("value", "json", "csv", "text")
        written = [name for name in contents if (f"{name}_" if name == "json" else name) in self.model_fields_set]
        if len(written) > 1:
            raise PydanticCustomError(
                "MAN406", "a part has one content, and this one has `{names}`", {"names": "` and `".join(written)}
            )
        if not written:
            raise PydanticCustomError("MAN403", "the part needs `value`, `json`, `csv` or `text`")
        return self


class Paginate(ManifestModel):
    """Follows pages of a reply."""

    next: PathExpression | None = None
    """Where the reply has the next page's URL; `header:Link` is the link with `rel="next"` (RFC 8288)."""
    cursor: PathExpression | None = None
    """Where the reply has the next page's cursor; null, false and empty text end the pages."""
    param: str | None = None
    """The query parameter that takes the cursor, or is counted up."""
    advance: int | None = Field(default=None, ge=1, le=100_000)
    """How much `param` grows from page to page: 1 for numbers of pages, a page's size for offsets. `query` has its
    first value, and a page without rows is the last."""
    max_pages: int = Field(default=100, ge=1, le=10_000)
    """Most pages that are read."""


class Poll(ManifestModel):
    """Asks again until a job is done."""

    until: PathExpression
    """True when the job is done."""
    failed: PathExpression | None = None
    """True when the job has failed."""
    every: Duration = "2s"
    """The pause between two questions, from 100ms to 1h."""
    at_most: Duration = "10min"
    """How long to ask, up to 24h."""
    then: Literal["pending", "fail", "accept"] = "fail"
    """What becomes of the batch when the time is over. `pending` and `fail`: the next run sends it again. `accept`: its
    users count as taken, for partners that take hours, and whom the job refuses later is not learnt."""


class Exchange(ManifestModel):
    """What a call and a step have in common: one request and how its answer is read."""

    method: Method | None = None
    """The HTTP method."""
    url: Template | None = None
    """Where the call goes; values are percent-encoded by position."""
    query: dict[Template, QueryValue | list[QueryValue]] = Field(default_factory=dict)
    """Query parameters."""
    headers: dict[Template, Template] = Field(default_factory=dict)
    """Headers of this call."""
    json_: Tree = Field(default=None, alias="json")
    """A JSON body: a YAML tree, or JSON text with bare holes."""
    form: dict[str, Any] | None = None
    """A form body: names and values; a list repeats its name, a map is JSON text."""
    ndjson: Tree = None
    """A body of JSON lines: `$items`, or the tree of one user's line."""
    csv: CsvBody | None = None
    """A CSV body: a row per user."""
    multipart: Annotated[list[MultipartPart], Field(min_length=1, max_length=50)] | None = None
    """A multipart body: a form with files."""
    xml: Tree = None
    """An XML body: XML text with holes, or a YAML tree."""
    text: Template | None = None
    """A text body."""
    gzip: bool = False
    """Compress the body. Byte limits count it uncompressed."""
    item: Tree = None
    """What `$items` holds for each user: text, an object or an array."""
    join: str | None = None
    """Makes `$items` one text, the items joined by this."""
    success: PathExpression | None = None
    """A JMESPath that must be true in a 2xx reply."""
    rejects: Rejects | None = None
    """The users a 2xx reply refused."""
    errors: ErrorRules = Field(default_factory=list)
    """What error replies mean."""
    auth: Auth | list[Auth] | None = None
    """Authentication of this call, if not the manifest's."""
    timeout: Duration = "60s"
    """How long to wait for the answer, from 100ms to 1h."""
    when: Template | None = None
    """An expression: without it being true the call is left out."""
    save: dict[str, PathExpression] = Field(default_factory=dict)
    """Values kept from the reply: variable to JMESPath, or `header:NAME`."""
    match: Match | None = None
    """Matches rows of the reply to the users of the batch."""
    paginate: Paginate | None = None
    """Reads further pages."""
    poll: Poll | None = None
    """Asks until a job is done."""

    @property
    def bodies(self) -> list[str]:
        """The body keys that are written."""
        return [name for name in BODY_FORMATS if (f"{name}_" if name == "json" else name) in self.model_fields_set]

    @model_validator(mode="after")
    def _one_body(self) -> Exchange:
        if len(self.bodies) > 1:
            raise PydanticCustomError(
                "MAN406", "a call has one body, and this one has `{names}`", {"names": "` and `".join(self.bodies)}
            )
        return self


class Step(Exchange):
    """One request of a longer exchange."""

    name: str | None = None
    """What `$steps.NAME` reads its reply by."""
    once: bool = False
    """Once a run instead of once a batch."""


class Call(Exchange):
    """One call: `method`, `url`, a body, and what the answer means; or `steps`."""

    batch: BatchSize | None = None
    """How many users go into one call."""
    limits: Limits | None = None
    """Limits of this call: its `parallel` takes the place of the manifest's, its rates hold besides."""
    list_id: ListId | None = None
    """On `create_list`: where the new list's id is."""
    first_batch: bool = False
    """On `create_list`: the call carries the first users."""
    steps: Annotated[list[Step], Field(min_length=1, max_length=20)] | None = None
    """Several requests in order."""

    @model_validator(mode="after")
    def _request_or_steps(self) -> Call:
        if self.steps is None and (self.method is None or self.url is None):
            missing = " and ".join(f"`{name}`" for name in ("method", "url") if getattr(self, name) is None)
            raise PydanticCustomError("MAN403", "the call needs {missing}", {"missing": missing})
        if self.steps is not None and self.url is not None:
            raise PydanticCustomError("MAN406", "a call has `steps` or a `url` of its own, not both")
        return self
