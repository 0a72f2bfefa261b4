"""Physical lines of a text file, one at a time.

Only a line feed ends a line: the other separators that ``str.splitlines`` knows (U+2028,
U+0085) occur inside real sentences. A byte order mark and carriage returns before the line
feed are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlbench.data.malformed import MalformedRows
from xlbench.errors import UserError

_BOM = b"\xef\xbb\xbf"


def require_file(path: Path) -> None:
    """Raise ``UserError`` if the file is missing or empty."""
    if not path.is_file():
        raise UserError(f"{path} is missing. Download it, or leave this language out with --langs.")
    if path.stat().st_size == 0:
        raise UserError(
            f"{path} is empty. Re-download it, or leave this language out with --langs."
        )


def read_lines(path: Path, bad: MalformedRows) -> Iterator[tuple[int, str | None]]:
    """Yield ``(row, text)`` for each line, rows counted from 1, line ends removed.

    A line that is not UTF-8 is reported and, if that does not raise, yielded as ``None``,
    so that callers keep count of the rows.
    """
    with path.open("rb") as file:
        for row, raw in enumerate(file, start=1):
            content = raw.removeprefix(_BOM) if row == 1 else raw
            try:
                yield row, content.rstrip(b"\r\n").decode("utf-8")
            except UnicodeDecodeError as error:
                found = f"0x{content[error.start]:02x} at byte {error.start + 1} of the line"
                bad.report(path, row, f"expected UTF-8 text, found {found}")
                yield row, None
