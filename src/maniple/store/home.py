"""The directory in which maniple keeps everything it knows: control plane, key file, cohorts and memberships."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maniple.errors import OperatorError

HOME_VARIABLE = "MANIPLE_HOME"
ELSEWHERE = f"make it a directory you can write to, or name another one in `{HOME_VARIABLE}`"


@dataclass(frozen=True, slots=True)
class Home:
    """Names of the places below one directory. Only `create` and `make` touch the disk."""

    path: Path

    @classmethod
    def locate(cls, environ: Mapping[str, str] = os.environ) -> Home:
        """The home `environ` names: `MANIPLE_HOME`, else `maniple` below `XDG_DATA_HOME` or `~/.local/share`.

        Raises OperatorError when no home directory can be found out.
        """
        if named := environ.get(HOME_VARIABLE):
            return cls(Path(os.path.abspath(os.path.expanduser(named))))
        shared = environ.get("XDG_DATA_HOME", "")
        # The XDG rule: a relative path is to be ignored.
        if os.path.isabs(shared):
            return cls(Path(shared) / "maniple")
        user_home = environ.get("HOME") or os.path.expanduser("~")
        if not os.path.isabs(user_home):
            raise OperatorError("there is no home directory for this user", hint=f"set `{HOME_VARIABLE}`")
        return cls(Path(user_home) / ".local" / "share" / "maniple")

    def create(self) -> Home:
        """Make the directory, readable by its owner only, unless it is there already.

        Raises OperatorError when it cannot be made or written to.
        """
        self.make(self.path)
        if not os.access(self.path, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            raise OperatorError(f"`{self.path}` cannot be written to", hint=ELSEWHERE)
        return self

    def make(self, directory: Path) -> Path:
        """Make `directory` and what is missing above it, mode 0700, and answer with it. Raises OperatorError."""
        try:
            missing = [directory]
            while not missing[-1].exists() and missing[-1].parent != missing[-1]:
                missing.append(missing[-1].parent)
            # `Path.mkdir(parents=True)` would give the directories in between the mode of the umask.
            for path in reversed(missing):
                path.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as cause:
            raise OperatorError(f"`{cause.filename}` is not a directory", hint=ELSEWHERE) from cause
        except OSError as cause:
            raise OperatorError(f"`{directory}` cannot be made: {cause.strerror}", hint=ELSEWHERE) from cause
        return directory

    @property
    def database(self) -> Path:
        """The control plane's database file."""
        return self.path / "maniple.db"

    @property
    def key_file(self) -> Path:
        """The key that seals secrets, where the environment gives none."""
        return self.path / "secret.key"

    @property
    def operator_file(self) -> Path:
        """What whoever runs maniple gives for destinations, sealed."""
        return self.path / "operator.sealed"

    @property
    def integrations(self) -> Path:
        """Destinations the user installed, one folder each."""
        return self.path / "integrations"

    @property
    def drafts(self) -> Path:
        """Text that was typed in the portal and not saved, one file for each."""
        return self.path / "drafts"

    @property
    def trash(self) -> Path:
        """Integrations that were deleted in the portal, one folder each, until they are put back."""
        return self.path / "trash"

    @property
    def tastes(self) -> Path:
        """What the portal remembers of how its user likes it."""
        return self.path / "portal.json"

    @property
    def crash_report(self) -> Path:
        """Where a fault of the portal happened, the last time."""
        return self.path / "portal-crash.txt"

    @property
    def versions(self) -> Path:
        """Every version that was published here: a folder a version, in it one for each destination."""
        return self.path / "versions"

    @property
    def locks(self) -> Path:
        """Lock files, one a sync and one a connection with tokens. They stay when they are free."""
        return self.path / "locks"

    @property
    def data(self) -> Path:
        """The data plane: one directory a sync."""
        return self.path / "data"

    def sync_dir(self, sync_id: str) -> Path:
        """Where the files of one sync lie: its memberships and its runs."""
        return self.data / sync_id

    def run_dir(self, sync_id: str, run_id: str) -> Path:
        """Where the files of one run lie: its snapshot of the cohort and its plan."""
        return self.sync_dir(sync_id) / run_id
