"""The one place where an error becomes words on stderr and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from maniple.cli.screen import hint, stderr, stdout
from maniple.diagnostics.cells import visible
from maniple.errors import Bug, ExitCode, ManifestError, ManipleError, OperatorError, Refused, UsageError

if TYPE_CHECKING:
    from cyclopts import App, CycloptsError

    from maniple.store.redact import Redactor

DEBUG = "MANIPLE_DEBUG"
PIPE_CLOSED = 141
"""What a program ends with that wrote into a closed pipe (128 + SIGPIPE): `maniple export latest | head` does."""
EXTRAS = {
    **dict.fromkeys(("duckdb", "pyarrow", "sqlalchemy", "alembic", "cryptography"), "sync"),
    "psycopg": "postgresql",
    **dict.fromkeys(("fastapi", "uvicorn", "httptools"), "simulator"),
    **dict.fromkeys(("textual", "textual_serve", "aiohttp", "tree_sitter"), "portal"),
}
"""Packages that come with an extra of maniple, and its name."""


class Interrupted(ManipleError):
    """Ctrl-C, or a polite kill."""

    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED
    title = "Stopped"


class _Secrecy:
    """What this process knows of secrets, so that no message shows one."""

    redactor: Redactor | None = None


def keep_secret(secrets: Iterable[str]) -> Redactor:
    """From now on no error message shows one of `secrets`. Answers with the redactor that knows them all."""
    from maniple.store.redact import Redactor

    if _Secrecy.redactor is None:
        _Secrecy.redactor = Redactor()
    _Secrecy.redactor.learn(secrets)
    return _Secrecy.redactor


def without_secrets(text: str) -> str:
    """`text` without the secrets that are known so far."""
    return _Secrecy.redactor.text(text) if _Secrecy.redactor else text


def wants_json(words: Sequence[str]) -> bool:
    """The command line asks for JSON; known also when the rest of it cannot be read."""
    before = words[: words.index("--")] if "--" in words else words
    return "--json" in before or "--format=json" in before or ("--format", "json") in pairwise(before)


def report(error: BaseException, app: App, words: Sequence[str]) -> int:
    """Tell of `error` on stderr, with `--json` on stdout too, and answer with the exit code."""
    from cyclopts import CycloptsError

    match error:
        case BrokenPipeError():
            return _leave_quietly()
        case KeyboardInterrupt():
            told: ManipleError = Interrupted("stopped", hint=error.args[0] if error.args else None)
        case CycloptsError():
            told = _misuse(error, app)
        case ManipleError():
            told = error
        case SystemExit():
            return error.code if isinstance(error.code, int) else ExitCode.BUG
        case ModuleNotFoundError() if (error.name or "").partition(".")[0] in EXTRAS:
            told = _not_installed(error)
        case OSError() if error.filename is not None and error.strerror:
            told = UsageError(f"`{error.filename}` cannot be used: {error.strerror}")
        case _:
            told = _unexpected(error)
    _tell(told)
    if wants_json(words):
        stdout().json({"error": problem(told)})
        sys.stdout.flush()
    return told.exit_code


def problem(error: ManipleError) -> dict[str, Any]:
    """The error as plain data: an RFC 9457 problem, with its findings when a manifest is to blame."""
    told: dict[str, Any] = {name: without_secrets(text) for name, text in error.problem().items()}
    if isinstance(error, ManifestError):
        from maniple.diagnostics.render import render_json

        told["findings"] = [render_json(diagnostic) for diagnostic in error.diagnostics]
    if isinstance(error, Refused):
        told["reasons"] = [without_secrets(reason) for reason in error.reasons]
    return told


def _tell(error: ManipleError) -> None:
    screen = stderr()
    if isinstance(error, ManifestError) and error.diagnostics:
        from maniple.diagnostics.render import render_text

        for diagnostic in error.diagnostics:
            screen.line(render_text(diagnostic, color=screen.color, width=screen.width))
            screen.line()
        screen.line(f"{screen.paint('error:', 'bold red')} {error.title[0].lower()}{error.title[1:]}")
        return
    word = "" if isinstance(error, Interrupted) else f"{screen.paint('error:', 'bold red')} "
    screen.line(f"{word}{visible(without_secrets(error.message))}")
    if isinstance(error, Refused):
        for reason in error.reasons:
            screen.line(f"  {screen.paint('✗', 'red')} {visible(without_secrets(reason))}")
    if error.hint:
        hint(visible(without_secrets(error.hint)))


def _misuse(error: CycloptsError, app: App) -> UsageError:
    """What cyclopts found wrong with the command line, in our words where they help more."""
    from cyclopts import MissingArgumentError, UnknownCommandError, UnknownOptionError

    from maniple.diagnostics.suggest import hint_for

    verb = " ".join(error.command_chain or ())
    helped = f"`maniple {verb} --help` shows how" if verb else "`maniple --help` lists the verbs"
    match error:
        case UnknownCommandError() if error.unused_tokens:
            word = error.unused_tokens[0]
            for name in error.command_chain or ():
                app = app[name]
            verbs = [name for name in app if not name.startswith("-")]
            return UsageError(f"there is no verb `{f'{verb} {word}'.strip()}`", hint=hint_for(word, verbs) or helped)
        case UnknownOptionError():
            word = error.token.keyword or error.token.value
            known = [name for argument in error.argument_collection if argument.parse for name in argument.names]
            near = hint_for(word, [name for name in known if name.startswith("--")])
            return UsageError(f"`maniple {verb}` has no option `{word}`", hint=near or helped)
        case MissingArgumentError() if error.argument is not None:
            name = error.keyword or error.argument.name
            if error.keyword is not None:
                return UsageError(f"`{name}` of `maniple {verb}` needs a value", hint=helped)
            near = hint_for(name, [word for word in error.unused_tokens or () if word.startswith("--")])
            return UsageError(f"`maniple {verb}` needs `{name}`", hint=_instead(name, near) or helped)
        case _:
            return UsageError(" ".join(str(error).split()).removesuffix("."), hint=helped)


def _not_installed(error: ModuleNotFoundError) -> OperatorError:
    missing = (error.name or "").partition(".")[0]
    return OperatorError(f"`{missing}` is not installed", hint=f"`pip install 'maniple[{EXTRAS[missing]}]'`")


def _instead(name: str, near: str | None) -> str | None:
    return f"did you mean `{name}` by {near.removeprefix('did you mean ').removesuffix('?')}?" if near else None


def _unexpected(error: BaseException) -> Bug:
    """A fault of ours. Its own message is shown on demand only: it may quote anything, secrets too."""
    if os.environ.get(DEBUG) == "1":
        import traceback

        stderr().line(without_secrets("".join(traceback.format_exception(error)).rstrip("\n")))
        return Bug(f"a fault in maniple itself ({type(error).__name__})", hint="please report it with the lines above")
    return Bug(
        f"a fault in maniple itself ({type(error).__name__})",
        hint=f"please report it; `{DEBUG}=1` in front of the command shows where it happened",
    )


def _leave_quietly() -> int:
    """Whoever read our output has gone: nothing more is written, not even by Python on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return PIPE_CLOSED
