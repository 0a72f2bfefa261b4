"""What happens to a row that does not follow its format: stop, or leave out and count.

Every reader reports through one ``MalformedRows``; it decides, the reader does not.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from xlbench.errors import MalformedInput

WAY_OUT = (
    "Re-download the file, or pass --skip-malformed to leave out such rows (they are counted)."
)


class MalformedRows:
    """The policy for malformed rows and, where they are left out, their number per file.

    A row is counted once however often its file is read.

    Args:
        skip: leave malformed rows out instead of raising.
    """

    def __init__(self, *, skip: bool) -> None:
        self.skip = skip
        self.counts: Counter[str] = Counter()
        self._seen: set[tuple[str, int]] = set()

    def report(self, file: Path, row: int, problem: str) -> None:
        """Count the row, or raise.

        Args:
            file: the file it stands in.
            row: its 1-based number; 0 for the file as a whole.
            problem: what was expected and what was found, without a final full stop.

        Raises:
            MalformedInput: where malformed rows are not to be left out.
        """
        if not self.skip:
            raise MalformedInput(str(file), row, f"{problem}. {WAY_OUT}")
        if (str(file), row) not in self._seen:
            self._seen.add((str(file), row))
            self.counts[str(file)] += 1
