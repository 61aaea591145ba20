"""What a guessed manifest declares: gathered while its calls are written."""

from __future__ import annotations

import re
from typing import Any

from maniple.template.scope import ALIASES, PREDEFINED
from maniple.usecases.scaffolding.draft import DraftField, DraftMapping, Identifier
from maniple.usecases.scaffolding.identifiers import IDENTIFIERS, bare, hash_of, snake

LIST_FIELD = "list"
"""The field in which an end user names an existing list, where no call creates one."""
_TAKEN = {*PREDEFINED, *ALIASES, *(identifier.name for identifier in IDENTIFIERS), LIST_FIELD, "base"}


class Declarations:
    """The fields and mappings that calls turned out to need. Every method answers with the hole to write, `$name`."""

    def __init__(self) -> None:
        self.fields: dict[str, DraftField] = {}
        self.mappings: dict[str, DraftMapping] = {}
        self.notes: list[str] = []
        self.uses_list = False
        self.list_is_integer = False

    def note(self, text: str) -> None:
        """Tell the author something, once."""
        if text not in self.notes:
            self.notes.append(text)

    def secret(self, name: str, label: str, *, operator: bool = False) -> str:
        """A credential; the one that was given stays out."""
        name = _free(name)
        example = f"example-{name.replace('_', '-')}"
        self.fields.setdefault(name, DraftField(name, label, "secret", example, operator=operator))
        return f"${name}"

    def field(self, name: str, type: str = "string", example: str | int | None = None) -> str:
        """A value that is the end user's own, such as an account's id."""
        name = _free(snake(name))
        label = name.replace("_", " ").capitalize().replace(" id", " ID")
        self.fields.setdefault(name, DraftField(name, label, type, example if example is not None else "example"))
        return f"${name}"

    def list_id(self, sample: object) -> str:
        """The list's id; `sample` tells whether the partner's ids are numbers."""
        self.uses_list = True
        self.list_is_integer = self.list_is_integer or (isinstance(sample, int) and not isinstance(sample, bool))
        return "$list_id"

    def mapping(self, identifier: Identifier, target: str, sample: object, *, optional: bool = False) -> str:
        """The identifier of a user. It is optional as long as every use can do without it."""
        known = self.mappings.get(identifier.name)
        label = identifier.label.removesuffix(" Mapping")
        integer = isinstance(sample, int) and not isinstance(sample, bool)
        digest = hash_of(sample) if isinstance(sample, str) and len(sample) >= 32 else None
        self.mappings[identifier.name] = DraftMapping(
            identifier,
            known.target if known else target if bare(target) in identifier.keys else label,
            integer or bool(known and known.integer),
            digest or (known.hash if known else None),
            optional and (known is None or known.optional),
        )
        return f"{{{{ {identifier.name} | int }}}}" if integer else f"${identifier.name}"

    def names_user(self, tree: Any) -> bool:
        """Some text in `tree` is a user's identifier."""
        if isinstance(tree, dict | list):
            return any(map(self.names_user, tree.values() if isinstance(tree, dict) else tree))
        return any(tree in (f"${name}", f"{{{{ {name} | int }}}}") for name in self.mappings)


def _free(name: str) -> str:
    return f"{name}_value" if name in _TAKEN else name


def escape(text: str) -> str:
    """A constant as a template that renders to it.

    >>> escape("costs $5"), escape("{{x}}")
    ('costs $$5', "{{ '{{' }}x}}")
    """
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return re.sub(r"\{\{|\$", lambda found: "$$" if found[0] == "$" else "{{ '{{' }}", text)
