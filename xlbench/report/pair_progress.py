"""A line before each pair of processes of a comparison; nothing is drawn beside a batch."""

from __future__ import annotations

from rich.console import Console


class PairBar:
    """Shows which pair of processes runs, how many cells are open, and the time left.

    Args:
        console: nothing is drawn unless it is a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._line = ""

    def __enter__(self) -> PairBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start."""
        self._wipe()
        self._line = (
            f"pair of processes {number + 1}: {open_cells} of {total} cells open, "
            f"{left_s:.0f} s of the budget left"
        )
        if self._console.is_terminal:
            self._console.print(self._line, end="\r", highlight=False)

    def _wipe(self) -> None:
        if self._line and self._console.is_terminal:
            self._console.print(" " * len(self._line), end="\r")
        self._line = ""
