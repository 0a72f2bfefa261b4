from __future__ import annotations

from pathlib import Path

import pytest

from xlbench.data.malformed import MalformedRows
from xlbench.errors import MalformedInput


def test_the_message_says_place_problem_and_way_out() -> None:
    with pytest.raises(MalformedInput) as caught:
        MalformedRows(skip=False).report(Path("xnli/test-sw.tsv"), 812, "expected a, found b")
    assert str(caught.value) == (
        "xnli/test-sw.tsv, row 812: expected a, found b. Re-download the file, or pass "
        "--skip-malformed to leave out such rows (they are counted)."
    )


def test_reading_a_file_twice_does_not_count_its_rows_twice() -> None:
    bad = MalformedRows(skip=True)
    for _ in range(2):
        bad.report(Path("a"), 1, "x")
        bad.report(Path("a"), 2, "x")
    bad.report(Path("b"), 1, "x")
    assert bad.counts == {"a": 2, "b": 1}
