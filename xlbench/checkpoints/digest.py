"""SHA-256 of files, worked out once in a process as long as they stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes, as ``sha256sum`` prints it.

    Raises:
        OSError: it can't be read.
    """
    path = file.resolve()
    state = path.stat()
    return _digest(str(path), state.st_size, state.st_mtime_ns, state.st_ino)


def sha256_of_all(files: Iterable[Path]) -> str:
    """Return one digest of several files: that of the file where there is one only.

    Of more it is the SHA-256 of the lines ``DIGEST  NAME`` in the order of names, which is what
    ``sha256sum * | sha256sum`` prints.

    Raises:
        OSError: one can't be read.
    """
    digests = {file.name: sha256_of(file) for file in files}
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


@lru_cache(maxsize=1024)
def _digest(path: str, size: int, mtime_ns: int, inode: int) -> str:
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
