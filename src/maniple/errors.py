"""The exceptions of maniple, a tree by *who must act*.

    ManipleError
      ManifestError     the author of the manifest (carries diagnostics with spans)
      Refused           the author of an integration that is not ready to be submitted (carries the reasons)
      SettingsError     the end user who connects a destination
      CohortError       the person who supplies the cohort
      DeliveryError     the partner whose API was called
      OperatorError     whoever runs maniple (disk, lock, database, network policy)
      UsageError        the person at the command line or the caller of the library
      Bug               us

An answer a partner may give is a value (`wire.Reply`, `plan.outcome`), never an exception inside the core.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from maniple.diagnostics.model import Diagnostic


class ExitCode(IntEnum):
    """What the `maniple` process exits with. Scripts may rely on these numbers."""

    OK = 0
    """Done; for a sync also *successful with skips*."""
    FINDINGS = 1
    """`check` found blocking problems, `fmt --check` found files to rewrite."""
    USAGE = 2
    """The command line, the settings or the cohort cannot be used as given; nothing was sent."""
    FAILED = 3
    """The run or the test call failed at the partner; what was accepted is kept."""
    OPERATOR = 4
    """The machine stands in the way: disk, lock, database, permissions, network policy."""
    BUG = 70
    """A fault in maniple itself."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; `maniple resume RUN` goes on."""


class ManipleError(Exception):
    """Anything maniple raises on purpose: what is wrong in one sentence, and a hint that says what to do.

    `code` is stable and may be matched by programs; `exit_code` is what the command line ends with.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.BUG
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def problem(self) -> dict[str, str]:
        """The error as an RFC 9457 problem object."""
        detail = {"type": f"urn:maniple:{self.code}", "title": self.title, "detail": self.message}
        return {**detail, "hint": self.hint} if self.hint else detail


class ManifestError(ManipleError):
    """The manifest cannot be used: its author must change it. `diagnostics` say where and how."""

    code = "manifest"
    exit_code = ExitCode.FINDINGS
    title = "The manifest cannot be used"

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        first = self.diagnostics[0] if self.diagnostics else None
        count = len(self.diagnostics)
        summary = f"{first.code}: {first.message}" if first else "the manifest cannot be used"
        super().__init__(summary if count < 2 else f"{summary} (and {count - 1} more)")

    def __str__(self) -> str:
        return "\n\n".join(str(diagnostic) for diagnostic in self.diagnostics) or self.message


class SettingsError(ManipleError):
    """A setting or mapping the end user gave is missing or does not fit the destination's form."""

    code = "settings"
    exit_code = ExitCode.USAGE
    title = "The settings do not fit this destination"


class CohortError(ManipleError):
    """The cohort cannot be read, has no id column, or lacks a mapped property."""

    code = "cohort"
    exit_code = ExitCode.USAGE
    title = "The cohort cannot be read"


class UsageError(ManipleError):
    """A name that does not exist, or words on the command line that do not fit together."""

    code = "usage"
    exit_code = ExitCode.USAGE
    title = "That cannot be done as asked"


class Refused(ManipleError):
    """An integration cannot be released, submitted or approved as it is; `reasons` are sentences, one each."""

    code = "refused"
    exit_code = ExitCode.FINDINGS
    title = "The integration cannot be submitted as it is"

    def __init__(self, message: str, reasons: Sequence[str], *, hint: str | None = None) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message, hint=hint)


class DeliveryError(ManipleError):
    """The partner's API did not do what was asked and nothing can go on without its answer."""

    code = "delivery"
    exit_code = ExitCode.FAILED
    title = "The partner did not accept the call"


class OperatorError(ManipleError):
    """The machine or its set-up stands in the way: whoever runs maniple must act."""

    code = "operator"
    exit_code = ExitCode.OPERATOR
    title = "maniple cannot work on this machine as it is"


class SyncBusy(OperatorError):
    """Another process is running this sync; wait for it or stop it."""

    code = "sync-busy"
    title = "This sync is already running"


class ForbiddenAddress(OperatorError):
    """A request would have gone to a loopback, private, link-local or metadata address."""

    code = "forbidden-address"
    title = "maniple does not call private addresses"


class Bug(ManipleError):
    """A broken promise inside maniple; please report it with the message."""

    code = "bug"
    exit_code = ExitCode.BUG
    title = "A fault in maniple"
