"""Where the command at work keeps what it measures, and how one goes on after an early end."""

from __future__ import annotations

import contextlib
import os
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

from xlbench.errors import UserError
from xlbench.printable import printable


@dataclass(slots=True)
class Kept:
    """What the running command has said of its result folder.

    Attributes:
        folder: where it writes; ``None`` as long as it does not.
        resumes: whether ``run --resume`` goes on with it.
    """

    folder: Path | None = None
    resumes: bool = False

    def sentence(self) -> str:
        """Return what is kept, where, and how to go on."""
        if self.folder is None or not (self.folder / "run.json").is_file():
            return "nothing was measured yet"
        place = shlex.quote(str(self.folder))
        if self.resumes:
            return (
                f"what was measured is kept in {place}; go on with: xlbench run --resume "
                f"--out {place}"
            )
        return f"what was measured is kept in {place}; a comparison is not continued, start it anew"


KEPT = Kept()
"""Of this process: a program runs one command."""


def keep_in(folder: Path, resumes: bool) -> None:
    """Say where the command will write.

    Raises:
        UserError: nothing can be written there; found out before anything is measured.
    """
    check_folder("--out", folder)
    KEPT.folder, KEPT.resumes = folder, resumes


def check_folder(option: str, folder: Path) -> None:
    """Raise ``UserError`` unless this is, or can become, a folder to write to.

    Nothing is made but a nameless file in the nearest folder that is there: of commands started
    side by side each would take away what another counts on.
    """
    named = f"{option} {printable(str(folder), 200)}"
    try:
        there = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
        if there.is_symlink() and not there.exists():
            raise UserError(f"{named}: {there} is a link to nothing; name another")
        if not there.is_dir():
            what = "" if there == folder else "a part of it is "
            raise UserError(f"{named}: {what}a file, not a folder; name another")
        with tempfile.TemporaryFile(dir=there):
            pass
        # The system says which names, and how long a path, it would not take.
        for path in (folder, *(there / part for part in folder.relative_to(there).parts)):
            with contextlib.suppress(FileNotFoundError):
                path.lstat()
    except (OSError, ValueError) as error:
        raise UserError(f"{named}: can't be written to: {reason(error)}; name another") from None


def check_file(option: str, file: Path) -> None:
    """Raise ``UserError`` unless this is, or can become, a file to write."""
    named = f"{option} {printable(str(file), 200)}"
    try:
        is_folder = file.is_dir()
    except (OSError, ValueError) as error:
        raise UserError(f"{named}: can't be written: {reason(error)}; name another") from None
    if is_folder:
        raise UserError(f"{named}: a folder, not a file; name a file, e.g. {file / 'report.html'}")
    check_folder(option, file.parent)


def reason(error: BaseException) -> str:
    """Return why a file could not be read or written, in the system's words."""
    return (getattr(error, "strerror", None) or str(error)).lower()
