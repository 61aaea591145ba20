"""A submission without a database: a folder under `integrations/` that is ready for a branch and a pull request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from maniple.errors import OperatorError, UsageError
from maniple.store.home import Home
from maniple.usecases.bundle import BELONGING
from maniple.usecases.catalogue import Surroundings
from maniple.usecases.leaks import leaks
from maniple.usecases.proposal import Evidence, Proposal, let_through, propose_into

CATALOGUE = "integrations"


@dataclass(frozen=True)
class Branch:
    """What was written: names of files, none when everything was there as it is."""

    folder: Path
    written: tuple[str, ...]
    deleted: tuple[str, ...]
    proposal: Proposal


def write_branch(path: Path, into: Path, home: Home, *, evidence: Evidence | None = None) -> Branch:
    """Write the files that belong to the destination at `path` to `integrations/<slug>` of the folder `into`.

    `into` may be the folder `integrations` itself. Other files there stay. What lies there already may be an earlier
    state of the same branch, so that its version does not count. Raises Refused with every reason when something blocks,
    UsageError and OperatorError.
    """
    if not into.is_dir():
        raise UsageError(f"there is no folder `{into}`", hint="give the top of the checkout that the branch is made in")
    catalogue = into if into.resolve().name == CATALOGUE else into / CATALOGUE
    proposal = propose_into(Surroundings((catalogue,)), home, path, evidence=evidence)
    obstacles = tuple(each for each in proposal.obstacles if each != proposal.version_obstacle)
    program = proposal.destination.program
    leaked = leaks(home, None, program, proposal.bundle) if program is not None else ()
    let_through(path, "submitted", (*obstacles, *leaked))
    folder = catalogue / proposal.destination.usable().manifest.slug
    if folder.resolve() == proposal.destination.path.resolve().parent:
        return Branch(folder, (), (), proposal)
    try:
        written, deleted = _write(folder, proposal)
    except OSError as cause:
        raise OperatorError(f"`{folder}` cannot be written: {cause.strerror}") from cause
    return Branch(folder, written, deleted, proposal)


def _write(folder: Path, proposal: Proposal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    folder.mkdir(parents=True, exist_ok=True)
    files = proposal.bundle.own
    written = [name for name, content in files.items() if not _holds(folder / name, content)]
    for name in written:
        (folder / name).write_bytes(files[name])
    deleted = [name for name in BELONGING if name not in files and (folder / name).is_file()]
    for name in deleted:
        (folder / name).unlink()
    return tuple(written), tuple(deleted)


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
