"""Custom fields: what the end user fills in, and the `$variables` it declares."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from maniple.manifest.base import ManifestModel, Template, VariableName, label_of

FieldType = Literal["string", "secret", "select", "buttons", "url", "subdomain", "integer", "boolean"]


class Option(ManifestModel):
    """One choice. Further keys are carried values: with `host: eu.acme.test` on the option, `$region.host` reads it."""

    model_config = ConfigDict(extra="allow")

    label: str
    """What the end user sees."""
    value: str | int | bool
    """What the variable is."""

    @model_validator(mode="after")
    def _carried_values_are_plain(self) -> Option:
        for name, value in (self.__pydantic_extra__ or {}).items():
            if not isinstance(value, str | int | float | bool):
                raise PydanticCustomError(
                    "MAN401", "`{name}` of an option must be text, a number, true or false", {"name": name}
                )
        return self

    @property
    def carried(self) -> dict[str, Any]:
        """The further values of this option, by key."""
        return dict(self.__pydantic_extra__ or {})


class FormField(ManifestModel):
    """One field of the set-up form. Required unless `optional`."""

    name: VariableName
    """The variable, without its dollar sign."""
    type: FieldType = "string"
    """What is asked for. `secret` is masked and encrypted; `url` and `subdomain` may be a request's host."""
    label: str = Field(default_factory=label_of)
    """The field's name on the form; made from `name` when nothing is said."""
    help: str | None = None
    """Where to find the value."""
    default: str | int | bool | None = None
    """Filled in until the end user changes it."""
    optional: bool = False
    """The end user may leave it empty."""
    options: list[Option] = Field(default_factory=list)
    """The choices of a `select` or `buttons` field."""
    when: Template | None = None
    """An expression over other fields: the field is shown when it is true."""
    from_: Literal["operator"] | None = Field(default=None, alias="from")
    """`operator`: given once by whoever runs maniple, never on the end user's form."""
    pattern: str | None = Field(default=None, max_length=500)
    """A regular expression the value must match whole."""

    @property
    def is_choice(self) -> bool:
        """The value comes from `options`."""
        return self.type in ("select", "buttons")

    @property
    def carried_keys(self) -> frozenset[str]:
        """The keys that `$name.key` can read."""
        return frozenset(key for option in self.options for key in option.carried)


HOST_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
"""One DNS label (RFC 1123)."""
HOST_NAME = re.compile(rf"(?=.{{1,253}}$){HOST_LABEL.pattern}(\.{HOST_LABEL.pattern})*(:[0-9]{{1,5}})?")
"""A host name, with a port or without."""
