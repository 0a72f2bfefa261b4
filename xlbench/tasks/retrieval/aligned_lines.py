"""Reader of two files of lines, the language's and English.

LASER's own Tatoeba files are aligned line by line (Artetxe and Schwenk 2019, arXiv 1812.10464).
In XTREME's the English side has been sorted: there is nothing to score against. Equal lines are
different sentences, as in LASER's evaluation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path

from xlbench.data.lines import read_lines
from xlbench.data.malformed import MalformedRows
from xlbench.tasks.retrieval.example import SentenceExample


def read_line_pairs(
    source: Path,
    target: Path,
    language: str,
    bad: MalformedRows,
    *,
    aligned: bool,
    limit: int | None = None,
) -> Iterator[SentenceExample]:
    """Yield all source sentences, then all English ones.

    Args:
        source: the file of the language.
        target: the file of English.
        language: the code that starts the source ids, ``LG-0``, ``LG-1``, ...
        bad: what to do with malformed lines. Of aligned files both lines of a pair are left
            out if one is malformed.
        aligned: line ``i`` of one file translates line ``i`` of the other.
        limit: the most lines of each file.
    """
    left_out = _bad_rows(source, target, bad, limit) if aligned else frozenset()
    for side, path, code in (("source", source, language), ("target", target, "en")):
        for row, text in islice(read_lines(path, bad), limit):
            if not text or not text.strip():
                if text is not None:
                    bad.report(path, row, _EMPTY)
                continue
            if row in left_out:
                continue
            gold = (f"en-{row - 1}",) if aligned and side == "source" else None
            yield SentenceExample(f"{code}-{row - 1}", text, side, "test", gold)


_EMPTY = "expected a sentence, found an empty line"


def _bad_rows(source: Path, target: Path, bad: MalformedRows, limit: int | None) -> frozenset[int]:
    """Return the rows of which not both sides can be used, having reported them."""
    rows: set[int] = set()
    both = zip_longest(read_lines(source, bad), read_lines(target, bad))
    for here, there in islice(both, limit):
        if here is None or there is None:
            longer, (row, _) = (source, here) if here is not None else (target, there)
            shorter = target if longer is source else source
            bad.report(
                longer,
                row,
                f"expected as many lines as in {shorter.name} ({row - 1}), found more, so "
                "that the two cannot be aligned",
            )
            rows.add(row)
            continue
        for path, (row, text) in ((source, here), (target, there)):
            if text is None:
                rows.add(row)
            elif not text.strip():
                bad.report(path, row, _EMPTY)
                rows.add(row)
    return frozenset(rows)
