"""Compiling the auth kinds: their templates, their URLs, and what they read replies with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maniple.auth import AuthKind, TokenKind
from maniple.manifest.call import Exchange
from maniple.manifest.fields import FormField
from maniple.manifest.model import Manifest
from maniple.runtime.classify import RuleProgram
from maniple.runtime.compile_request import check_header_name
from maniple.runtime.credentials import AuthProgram, KindProgram
from maniple.runtime.reading import Available, TemplateReader
from maniple.runtime.rules import compile_path
from maniple.runtime.url import Constant, expand, parts_of, place_url
from maniple.source.text import Path
from maniple.template.ast import names
from maniple.template.compile import PlacedText, ScalarTemplate

NO_TEMPLATES = frozenset({"kind", "when"})
USUAL_PATHS = ("access_token", "refresh_token", "expires_in")


def auths_of(owner: Manifest | Exchange) -> list[AuthKind]:
    """The auth kinds that a manifest, a call or a step writes down."""
    auth = owner.auth
    return [] if auth is None else list(auth) if isinstance(auth, list) else [auth]


def all_auths(manifest: Manifest) -> list[AuthKind]:
    """Those of the manifest and of all its calls and their steps."""
    owners = [owner for call in manifest.calls.values() for owner in (call, *(call.steps or ()))]
    return [*auths_of(manifest), *(auth for owner in owners for auth in auths_of(owner))]


def saved_by_auth(manifest: Manifest) -> dict[str, str]:
    """The variables that auth kinds fill in, with what each is."""
    filled = sorted(frozenset[str]().union(*(auth.variables for auth in all_auths(manifest))))
    return {name: "pre-defined" if name == "access_token" else "auth" for name in filled}


def with_default_fields(manifest: Manifest) -> tuple[FormField, ...]:
    """The manifest's fields, and those of its auth kinds that it does not declare itself but whose default templates use them."""
    declared = {form_field.name for form_field in manifest.fields}
    added: list[FormField] = []
    for auth in all_auths(manifest):
        text = " ".join(template for template, _ in auth_templates(auth, ()))
        for default in auth.default_fields:
            if default.name in declared or f"${default.name}" not in text:
                continue
            declared.add(default.name)
            added.append(FormField(name=default.name, type="secret", label=default.label, optional=default.optional))
    return (*added, *manifest.fields)


def auth_templates(kind: AuthKind, path: Path) -> Iterator[tuple[str, Path]]:
    """The templates of an auth kind with their places: its texts, and those in its maps and lists."""
    for name, description in type(kind).model_fields.items():
        if name in NO_TEMPLATES | kind.words:
            continue
        value = getattr(kind, name)
        place = (*path, description.alias or name)
        match value:
            case str():
                yield value, place
            case dict():
                yield from ((text, (*place, key)) for key, text in value.items() if isinstance(text, str))
            case list():
                yield from ((text, (*place, at)) for at, text in enumerate(value) if isinstance(text, str))


class AuthCompiler:
    """Compiles the auths of one manifest. `define` are its constants, `fields` its form by name."""

    def __init__(
        self,
        manifest: Manifest,
        reader: TemplateReader,
        fields: Mapping[str, FormField],
        define: Mapping[str, Constant],
    ) -> None:
        self.filled = frozenset(saved_by_auth(manifest))
        self.reader = reader
        self.fields = fields
        self.define = define

    def compile(self, auth: Any, path: Path, available: Available, section: str) -> AuthProgram:
        """One `auth`, a kind or a list of them. What kinds fill in has no value in their own templates."""
        several = isinstance(auth, list)
        kinds: Sequence[AuthKind] = auth if several else [auth]
        known = {name: what for name, what in available.items() if name not in self.filled}
        templates: dict[str, ScalarTemplate] = {}
        urls: dict[str, PlacedText] = {}
        programs = [
            self._kind(kind, (*path, position) if several else path, known, section, templates, urls)
            for position, kind in enumerate(kinds)
        ]
        return AuthProgram(tuple(programs), templates, urls)

    def _kind(
        self,
        kind: AuthKind,
        place: Path,
        available: Available,
        section: str,
        templates: dict[str, ScalarTemplate],
        urls: dict[str, PlacedText],
    ) -> KindProgram:
        when = self.reader.condition(kind.when, (*place, "when"), available, section) if kind.when else None
        for header in kind.sets_header():
            check_header_name(self.reader, header, *_place_of_header(kind, header, place))
        used: set[str] = set()
        for template, at in auth_templates(kind, place):
            node = self.reader.text(template, at, available, section)
            used |= names(node)
            if at[len(place)] in kind.urls:
                urls[template] = self._url(node, at)
            else:
                templates[template] = ScalarTemplate(node)
        return KindProgram(
            kind,
            ScalarTemplate(when) if when is not None else None,
            self._expired(kind, place),
            self._paths(kind, place),
            any(name in self.fields and self.fields[name].from_ == "operator" for name in used),
        )

    def _url(self, node: Any, path: Path) -> PlacedText:
        placed, faults = place_url(expand(parts_of(node), self.define), self.fields)
        for fault in faults:
            self.reader.report(fault.code, fault.message, path, hint=fault.hint)
        return placed

    def _paths(self, kind: AuthKind, place: Path) -> dict[str, Any]:
        if not isinstance(kind, TokenKind):
            return {}
        written = [((*place, "save", name), path) for name, path in kind.save.items()]
        usual: list[tuple[Path, str]] = [((*place, "save"), name) for name in USUAL_PATHS]
        return {path: compile_path(self.reader, path, at) for at, path in (*usual, *written)}

    def _expired(self, kind: AuthKind, place: Path) -> tuple[RuleProgram, ...]:
        if not isinstance(kind, TokenKind):
            return ()
        rules: list[RuleProgram] = []
        for position, rule in enumerate(kind.expired):
            at: Path = (*place, "expired", position)
            statuses = rule.status if isinstance(rule.status, list) else [] if rule.status is None else [rule.status]
            if not statuses and rule.body is None and rule.where is None:
                self.reader.report("MAN403", "an `expired` rule needs `status`, `body` or `where`", at)
            where = compile_path(self.reader, rule.where, (*at, "where"))
            rules.append(
                RuleProgram(
                    place="auth.expired",
                    statuses=frozenset(statuses),
                    classes=frozenset(),
                    any_status=not statuses,
                    body=rule.body,
                    has_body=rule.body is not None,
                    where=where,
                    reason="",
                    message=None,
                    retry=None,
                    retry_after=None,
                    action="refresh_auth",
                )
            )
        return tuple(rules)


def _place_of_header(kind: AuthKind, header: str, path: Path) -> tuple[Path, bool]:
    """Where an auth kind names a header, and whether it is a key."""
    if isinstance(getattr(kind, "headers", None), dict) and header in getattr(kind, "headers", {}):
        return (*path, "headers", header), True
    for name in ("name", "header"):
        if name in kind.model_fields_set:
            return (*path, name), False
    return path, True
