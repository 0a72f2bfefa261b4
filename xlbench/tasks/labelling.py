"""Whether the rows of a cell carry labels: all of them or none."""

from __future__ import annotations


class Labelling:
    """Remembers what the first good row said.

    A metric over the labelled rows alone would be one of other data than the file's, so a file
    with some labels is a file with malformed rows.

    Args:
        label: what a label is called, with its article.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._labelled: bool | None = None

    def problem(self, labelled: bool) -> str | None:
        """Return what is wrong with a row that is otherwise good; ``None``: nothing."""
        if self._labelled is None:
            self._labelled = labelled
        if labelled == self._labelled:
            return None
        if self._labelled:
            return f"expected {self._label}, as in the rows before, found none"
        return f"expected no label, as in the rows before, found {self._label}"
