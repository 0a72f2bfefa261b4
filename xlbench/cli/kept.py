"""Where the command at work keeps what it measures, and how one goes on after an early end."""

from __future__ import annotations

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
    """Raise ``UserError`` unless this is, or can become, a folder to write to."""
    named = f"{option} {printable(str(folder), 200)}"
    made: list[Path] = []
    try:
        for each in reversed((folder, *folder.parents)):
            if not each.exists():
                each.mkdir()
                made.append(each)
        if not folder.is_dir():
            raise UserError(f"{named}: a file, not a folder; name another")
        with tempfile.TemporaryFile(dir=folder):
            pass
    except NotADirectoryError:
        raise UserError(f"{named}: a part of it is a file, not a folder; name another") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{named}: can't be written to: {reason(error)}; name another") from None
    finally:
        for each in reversed(made):
            each.rmdir()


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
