"""A file while it is being written in the portal: opened, kept as it is typed, saved, brought together with other edits.

How a screen uses it::

    opened = read(home, path)                   # when it is opened
    if opened.unsaved: ...                      # ask; yes: opened, text = opened.unsaved.since, opened.unsaved.text
                                                #      no:  discard(home, path)
    autosave(home, opened, text, clock.now())   # at each pause in typing of AUTOSAVE_SECONDS, and before leaving
    match save(home, opened, text):             # when it is asked for
        case Opened() as opened: ...            # `opened.text` is what was written
        case OutsideChange() as change: ...     # nothing was written: the file was edited elsewhere
    change = outside_change(opened, text)       # every OUTSIDE_SECONDS, and when the terminal is focused again

An `OutsideChange` with `merged` needs no question: go on with `opened, text = change.theirs, change.merged`. Without,
ask: *keep mine* goes on with `change.theirs, text` (the next save replaces theirs), *take theirs* with
`change.theirs, change.theirs.text` and `discard`, *show both* with `change.theirs, change.both`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from maniple.errors import OperatorError, UsageError
from maniple.manifest.load import read_named
from maniple.manifest.order import canonical_order
from maniple.source.characters import MAX_BYTES
from maniple.source.edit import reorder
from maniple.source.merge import merge
from maniple.store.drafts import Drafts, Kept
from maniple.store.files import replace_file
from maniple.store.home import Home
from maniple.usecases.destinations import MANIFEST_NAMES, read_content

AUTOSAVE_SECONDS = 0.5
"""After so long a pause in typing, and at the latest after twice that, the text is to be kept."""
OUTSIDE_SECONDS = 1.0
"""How often a file on the screen is to be looked at."""

_EDITORS = ("VISUAL", "EDITOR")
_USUAL_EDITORS = ("nano", "vim", "vi")


@dataclass(frozen=True)
class Opened:
    """A file as it was when it was last read or written."""

    path: Path
    text: str = field(repr=False)
    """Empty when there is no such file. Bytes that are not UTF-8 are kept as lone surrogates, and written back."""
    digest: str
    """SHA-256 of its bytes in hexadecimal; empty when there is no such file."""
    unsaved: Unsaved | None = None
    """What was typed before and not saved. Only `read` finds that out."""

    @property
    def there(self) -> bool:
        """The file exists."""
        return bool(self.digest)


@dataclass(frozen=True)
class Unsaved:
    """Text that was typed and not saved when the portal ended."""

    text: str = field(repr=False)
    at: float
    """When it was typed, in seconds since the Unix epoch."""
    since: Opened
    """The file that it was typed upon: go on from here, and an edit made meanwhile is found as any other is."""


@dataclass(frozen=True)
class OutsideChange:
    """The file was edited by something else while it was worked on here."""

    theirs: Opened
    """The file as it is now; not `there` when it was deleted."""
    merged: str | None = field(repr=False)
    """Both edits in one text, when they touch different lines; None when they clash, or the file was deleted."""
    both: str = field(repr=False)
    """Both edits in one text; where they clash both versions, between marker lines as git writes them."""
    clashes: int
    """How many places both changed."""


def read(home: Home, path: Path) -> Opened:
    """The file at `path`, and what was typed for it and not saved.

    Raises OperatorError when it cannot be read, UsageError when it is too large for a manifest.
    """
    opened = _look(path)
    drafts = Drafts(home)
    kept = drafts.find(path)
    if kept is None:
        return opened
    if kept.text == opened.text:
        drafts.drop(path)
        return opened
    return replace(opened, unsaved=Unsaved(kept.text, kept.at, _as_of(opened, kept.base)))


def autosave(home: Home, opened: Opened, text: str, now: float) -> None:
    """Keep `text`, typed upon `opened`, in the home: it outlives a kill. Takes about a millisecond.

    Text that equals what the file held is not kept, nor anything older. Raises OperatorError.
    """
    if text == opened.text:
        discard(home, opened.path)
    else:
        Drafts(home).keep(opened.path, Kept(text, opened.text, now))


def discard(home: Home, path: Path) -> None:
    """Forget what was typed for the file at `path` and not saved. Raises OperatorError."""
    Drafts(home).drop(path)


def save(home: Home, opened: Opened, text: str, *, as_typed: bool = False) -> Opened | OutsideChange:
    """Write `text` to the file, at once as a whole, and forget what was kept of it.

    A manifest that can be read is written as `maniple fmt` writes it, unless `as_typed`: `text` of what is returned is
    what was written. When the file was edited since `opened`, nothing is written. Raises OperatorError.
    """
    change = outside_change(opened, text)
    if change is not None and change.theirs.text != text:
        return change
    written = text if as_typed else canonical(opened.path, text)
    content = _encoded(written)
    try:
        opened.path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as cause:
        raise OperatorError(f"`{opened.path.parent}` cannot be made: {cause.strerror}") from cause
    replace_file(opened.path, content)
    discard(home, opened.path)
    return Opened(opened.path, written, _digest(content))


def outside_change(opened: Opened, text: str) -> OutsideChange | None:
    """What something else did to the file since `opened`, together with `text`, typed meanwhile; None: nothing.

    Reads the file. Raises OperatorError.
    """
    now = _look(opened.path)
    if now.digest == opened.digest:
        return None
    made = merge(opened.text, text, now.text)
    # That a file is gone is never merged: the text on the screen may be the last of it.
    merged = made.text if now.there and not made.clashes else None
    return OutsideChange(now, merged, made.text, made.clashes)


def canonical(path: Path, text: str) -> str:
    """A manifest's text as `maniple fmt` writes it. Other files, and text that cannot be read, stay as they are."""
    if path.name not in MANIFEST_NAMES:
        return text
    document, _ = read_named(str(path), _encoded(text))
    return text if document is None else reorder(document, canonical_order)


def edit_elsewhere(environ: Mapping[str, str], path: Path) -> None:
    """Open the file in the author's own editor, and wait until it is closed. The terminal must be free for it.

    Raises UsageError when there is no editor or it ends with a failure.
    """
    words = editor_command(environ)
    try:
        code = subprocess.run([*words, str(path)], check=False, env=dict(environ)).returncode
    except OSError as cause:
        raise UsageError(
            f"`{words[0]}` cannot be started: {cause.strerror}", hint="set `EDITOR` to the editor that you want"
        ) from cause
    if code:
        raise UsageError(f"`{words[0]}` ended with {code}", hint="set `EDITOR` to the editor that you want")


def editor_command(environ: Mapping[str, str]) -> list[str]:
    """The author's editor as words of a command: of VISUAL or EDITOR, else a usual one. Raises UsageError."""
    for name in _EDITORS:
        try:
            words = shlex.split(environ.get(name, ""))
        except ValueError as cause:
            raise UsageError(f"`{name}` is not a command: {cause}") from cause
        if words:
            return words
    for word in _USUAL_EDITORS:
        if shutil.which(word, path=environ.get("PATH", os.defpath)):
            return [word]
    raise UsageError("there is no editor", hint="set `EDITOR` to the editor that you want, such as `nano`")


def _as_of(opened: Opened, base: str) -> Opened:
    """The file as it was when it held `base`."""
    if base == opened.text:
        return opened
    return Opened(opened.path, base, _digest(_encoded(base)) if base else "")


def _look(path: Path) -> Opened:
    try:
        content = read_content(path)
    except (FileNotFoundError, NotADirectoryError):
        return Opened(path, "", "")
    except OSError as cause:
        raise OperatorError(f"`{path}` cannot be read: {cause.strerror}") from cause
    if len(content) > MAX_BYTES:
        raise UsageError(f"`{path}` is larger than the {MAX_BYTES:,} bytes that a manifest may have")
    return Opened(path, content.decode("utf-8", "surrogateescape"), _digest(content))


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()
