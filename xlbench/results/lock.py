"""One writer for a result folder at a time.

The kernel's lock on a file in the folder: it goes with the process that holds it, however
that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from xlbench.errors import UserError
from xlbench.results.files import make_folder

LOCK = ".lock"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if it is not there.

    Raises:
        UserError: another process writes to it, or it can't be written to.
    """
    make_folder(folder)
    path = folder / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise UserError(
            f"{folder}: can't be written to ({error.strerror}); name another folder with --out"
        ) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise UserError(
                f"{folder}: another xlbench (process {holder or 'unknown'}) is writing to it; wait "
                "for its end, or name another folder with --out"
            ) from None
        with contextlib.suppress(OSError):  # a full disk has room for the lock, not for the name
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
