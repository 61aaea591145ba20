"""What an author fills in to try an integration: settings, mappings, users, the list. Kept in the home, secrets sealed,
never in the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from maniple.errors import OperatorError, UsageError
from maniple.runtime.program import Program
from maniple.store.files import PRIVATE, replace_file
from maniple.store.home import Home
from maniple.store.secrets import FernetSecrets
from maniple.usecases.rehearsal_users import read_rehearsal_users, settings_told
from maniple.usecases.sample_users import sample_users
from maniple.usecases.users import TestUsers

FOLDER = "rehearsals"
PLAIN = "setup.json"
SEALED = "secrets.sealed"


@dataclass(frozen=True)
class Setup:
    """What is filled in for one integration. `users` is a CSV file; without one, users are made from `seed`.

    `list_id` is the list that later calls go to. `simulated`: calls go to the simulated partner.
    """

    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    mappings: Mapping[str, str] = field(default_factory=dict)
    list_id: str | int | None = None
    saved: Mapping[str, Any] = field(default_factory=dict)
    """What the creation of that list saved beside its id."""
    users: str = ""
    seed: int = 1
    simulated: bool = True

    def users_for(self, program: Program) -> TestUsers:
        """The users of a rehearsal. Raises CohortError and UsageError for a file that cannot be taken."""
        if self.users:
            return read_rehearsal_users(Path(self.users), program)
        return sample_users(program, self.seed, mappings=self.mappings)

    def settings_for(self, program: Program, users: TestUsers) -> dict[str, Any]:
        """The settings of the fields that the program has; what is left empty may be said by the users' columns."""
        names = {form_field.name for form_field in program.fields}
        given = {name: value for name, value in self.settings.items() if name in names and value not in (None, "")}
        return {**settings_told(program, users), **given}

    def mappings_for(self, program: Program, users: TestUsers) -> dict[str, str]:
        """The chosen mappings that the program has. Of a property that is no column of the users, but whose variable is,
        the column named like the variable is taken."""
        known = {name: mapping for mapping in program.mappings for name in mapping.sent_names}
        chosen: dict[str, str] = {}
        for name, value in self.mappings.items():
            mapping = known.get(name)
            if mapping is None or not value:
                continue
            of_variable = name == mapping.name and not mapping.many and value not in (*users.columns, "amplitude_id")
            chosen[name] = name if of_variable and name in users.columns else value
        return chosen


def tests_of(path: Path) -> str:
    """What the tests of the manifest at `path` are kept under: its folder's name, which stays while the slug is typed."""
    return path.resolve().parent.name


def rehearsal_folder(home: Home, slug: str) -> Path:
    """Where what belongs to the rehearsals of one integration lies; it need not be there."""
    return home.path / FOLDER / (quote(slug, safe="").replace(".", "%2E") or "unnamed")


def read_setup(home: Home, slug: str) -> Setup:
    """What was filled in last; an empty set-up when nothing was. Raises OperatorError."""
    folder = rehearsal_folder(home, slug)
    plain = _plain(folder / PLAIN)
    secret: dict[str, Any] = {}
    sealed = _content(folder / SEALED)
    if sealed is not None:
        secret = json.loads(FernetSecrets(home.key_file).unseal(sealed))
    return Setup(
        settings={**plain.get("settings", {}), **secret},
        mappings=plain.get("mappings", {}),
        list_id=plain.get("list_id"),
        saved=plain.get("saved", {}),
        users=plain.get("users", ""),
        seed=plain.get("seed", 1),
        simulated=plain.get("simulated", True),
    )


def keep_setup(home: Home, slug: str, setup: Setup, secret_names: frozenset[str]) -> None:
    """Keep what is filled in; the fields named by `secret_names` are sealed. Raises OperatorError."""
    folder = home.create().make(rehearsal_folder(home, slug))
    secret = {name: value for name, value in setup.settings.items() if name in secret_names and value}
    plain = {name: value for name, value in setup.settings.items() if name not in secret_names}
    document = {
        "settings": plain,
        "mappings": dict(setup.mappings),
        "list_id": setup.list_id,
        "saved": dict(setup.saved),
        "users": setup.users,
        "seed": setup.seed,
        "simulated": setup.simulated,
    }
    replace_file(
        folder / PLAIN, json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n", mode=PRIVATE, durable=False
    )
    if secret or (folder / SEALED).exists():
        replace_file(folder / SEALED, FernetSecrets(home.key_file).seal(json.dumps(secret)), mode=PRIVATE)


def read_list_id(text: str) -> str | int | None:
    """A list id as typed: digits are an integer, unless they begin with a zero that a number would lose.

    >>> read_list_id("7"), read_list_id("007"), read_list_id("")
    (7, '007', None)
    """
    if not text:
        return None
    plain = text.isascii() and text.isdigit() and (text == "0" or text[0] != "0")
    return int(text) if plain else text


def _plain(path: Path) -> dict[str, Any]:
    content = _content(path)
    try:
        kept = json.loads(content) if content else {}
    except ValueError:
        raise UsageError(
            f"`{path}` is not JSON any more", hint="delete it; the test values are then asked again"
        ) from None
    return kept if isinstance(kept, dict) else {}


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause
