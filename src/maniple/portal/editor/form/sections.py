"""The sections of the form: which keys of a manifest stand together, and under which title."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from maniple.manifest.model import CALL_NAMES
from maniple.portal.editor.form.slots import BODY, MANIFEST, slots_of, titled
from maniple.source.text import Path as Place
from maniple.usecases.authoring import calls_of
from maniple.usecases.draft import Draft


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form that opens and closes."""

    name: str
    title: str
    help: str
    keys: tuple[str, ...]
    """Keys of the manifest; for a call its name alone."""
    rare: frozenset[str] = frozenset()
    """Those of them that are offered, and shown only when they are written."""

    @property
    def is_call(self) -> bool:
        """The section is about one call."""
        return self.name in CALL_NAMES

    def holds(self, place: Place) -> bool:
        """Whether a place of the manifest stands in this section."""
        return bool(place) and place[0] in self.keys


_FIRST = (
    Section(
        "connection",
        "Connection information",
        "Who the partner is: the tile in the catalogue, and whom to ask.",
        ("name", "slug", "version", "category", "summary", "description", "logo", "maintainer", "sources"),
    ),
    Section(
        "setup", "Set-up kind", "What a cohort becomes at the partner, and how often it is sent.", ("kind", "cadences")
    ),
    Section("auth", "Authentication", "How every call is authenticated. A kind brings its own fields.", ("auth",)),
    Section("fields", "Custom fields", "What the end user fills in; each declares a `$variable`.", ("fields",)),
    Section(
        "headers",
        "Additional headers",
        "Headers and query parameters of every call.",
        ("headers", "query"),
        frozenset({"query"}),
    ),
    Section("define", "Constants", "Names for what would be repeated.", ("define",)),
    Section(
        "mappings",
        "Mapping fields",
        "Which user property becomes which identifier.",
        ("mappings", "require"),
        frozenset({"require"}),
    ),
    Section("cohort_name", "Cohort name", "What is done to the cohort's name in requests.", ("cohort_name",)),
)
_LAST = (
    Section(
        "defaults",
        "Limits and defaults",
        "What holds for every call that says nothing itself.",
        ("limits", "batch", "item", "success", "rejects", "list_id", "keep_users"),
        frozenset({"item", "success", "rejects", "list_id", "keep_users"}),
    ),
    Section("errors", "Error classifications", "What error replies mean, for every call.", ("errors",)),
)


def sections_of(draft: Draft) -> list[Section]:
    """The sections of a draft's form, in order. Keys of the language that none of them names stand in a last one."""
    calls = [Section(name, titled(name), slots_of(MANIFEST)[name].help, (name,)) for name in calls_of(draft)]
    further = Section("further", "Further calls", "Calls that a partner may have besides.", ())
    known = {key for section in (*_FIRST, *_LAST) for key in section.keys} | set(CALL_NAMES)
    others = tuple(key for key in slots_of(MANIFEST) if key not in known)
    more = [Section("more", "More", "What else a manifest can say.", others)] if others else []
    return [*_FIRST, *calls, further, *_LAST, *more]


_ESSENTIAL: dict[str, tuple[str, ...]] = {
    "FormField": ("name", "type", "label", "help", "default", "optional"),
    "Mapping": ("name", "label", "target", "suggest", "format", "optional"),
    "ErrorRule": ("status", "body", "reason", "message"),
    "Limits": ("parallel", "rate"),
    "BatchSize": ("items", "bytes"),
    "Rejects": ("rows", "by", "at", "reason", "message"),
    "Match": ("rows", "by", "at", "item", "missing"),
    "Choice": ("target", "label", "format"),
}
_OF_CALL: dict[str, tuple[str, ...]] = {
    "create_list": ("list_id",),
    "rename_list": (),
    "delete_list": (),
    "count_members": ("save",),
    "list_members": ("match", "paginate"),
    "verify": (),
}


def essential_keys(owner: str, place: Place, value: Any) -> tuple[str, ...]:
    """The keys of the map at `place` that the form shows even when they are not written."""
    held = value if isinstance(value, dict) else {}
    if owner == "Call":
        if "steps" in held:
            return ("steps", *_OF_CALL.get(str(place[0]), ("batch",)), "errors")
        of_users = ("item", "batch") if "items" in str(held) else ("batch",)
        return ("method", "url", BODY, *_OF_CALL.get(str(place[0]), of_users), "errors")
    if owner == "Step":
        return ("name", "method", "url", BODY)
    if owner == "FormField" and held.get("type") in ("select", "buttons"):
        return (*_ESSENTIAL[owner], "options")
    keys = tuple(slots_of(owner))
    return _ESSENTIAL.get(owner, tuple(key for key in keys if key not in ("kind", "when")))
