"""What a cell's data is, as a number: SHA-256 over its files.

The same as ``sha256sum FILES | sha256sum`` in the files' folder, so anybody can check it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path


def fingerprint(files: Iterable[Path]) -> str:
    """Return the hexadecimal SHA-256 of the digests and base names of the files, in order.

    Where the files stand makes no difference; their names, order and content do.

    Raises:
        OSError: a file cannot be read.
    """
    total = hashlib.sha256()
    for path in files:
        stat = path.stat()
        digest = _file_digest(path, stat.st_size, stat.st_mtime_ns)
        total.update(f"{digest}  {path.name}\n".encode())
    return total.hexdigest()


@lru_cache(maxsize=4096)
def _file_digest(path: Path, size: int, mtime_ns: int) -> str:
    # Size and time are in the key because a mirror's file may serve many cells (XNLI: 15).
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
