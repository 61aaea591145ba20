"""Files that are replaced as a whole: a reader sees the old content or the new, never half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from maniple.errors import OperatorError

PRIVATE = 0o600


def replace_file(path: Path, content: bytes, *, mode: int | None = None, durable: bool = True) -> None:
    """Make `content` all that the file holds, its folder being there.

    `mode` None keeps the permissions that the file has, or gives a new one those of the umask. A link stays a link:
    what it points to is replaced. With `durable` the content is on the disk when this returns; without, it outlives
    the process and not the machine. Raises OperatorError.
    """
    target = Path(os.path.realpath(path))
    written = None
    try:
        handle, written = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".draft", dir=target.parent)
        with open(handle, "wb") as file:
            os.fchmod(handle, _mode_of(target) if mode is None else mode)
            file.write(content)
            file.flush()
            if durable:
                os.fsync(handle)
        os.replace(written, target)
    except OSError as cause:
        if written is not None:
            Path(written).unlink(missing_ok=True)
        raise OperatorError(f"`{path}` cannot be written: {cause.strerror}") from cause


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        # The umask can be read only by setting it.
        umask = os.umask(0o077)
        os.umask(umask)
        return 0o666 & ~umask
