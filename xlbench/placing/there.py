"""On another machine as on the driver's: where paths begin, and who says what is missing."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from pathlib import Path

from xlbench.errors import UserError
from xlbench.version import __version__


@contextlib.contextmanager
def as_at_the_driver(folder: str, version: str, node: str) -> Iterator[None]:
    """Work in the folder that the driver was called in, where this machine has it.

    Ray starts its processes in a folder of its own, where no path that a user wrote means anything.

    Args:
        folder: the driver's.
        version: of xlbench at the driver.
        node: what the cluster calls this machine.

    Raises:
        UserError: another version is installed here; or what was raised within, with the name of
            this machine before it.
    """
    has = Path(folder).is_dir()
    try:
        check_version(version)
        with contextlib.chdir(folder) if has else contextlib.nullcontext():
            yield
    except UserError as error:
        lacks = "" if has else f" (and {folder}, where relative paths begin, is not there)"
        raise UserError(f"{platform.node()} (node {node}): {error}{lacks}") from None


def check_version(asking: str) -> None:
    """Raise ``UserError`` where another version asks than is installed here."""
    if asking != __version__:
        raise UserError(
            f"xlbench {__version__} is installed there, and the run is of {asking}: install the "
            "same version on all machines"
        )
