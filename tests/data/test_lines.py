from __future__ import annotations

import pytest

from xlbench.data.lines import read_lines, require_file
from xlbench.errors import MalformedInput, UserError


def test_mark_and_carriage_returns_do_not_reach_the_text(write, stop) -> None:
    path = write("a.txt", b"\xef\xbb\xbfone\r\ntwo\n")
    assert list(read_lines(path, stop)) == [(1, "one"), (2, "two")]


def test_separators_inside_a_sentence_do_not_end_its_line(write, stop) -> None:
    path = write("a.txt", "one\u2028still one\x85too\x0b\ntwo")
    assert [row for row, _ in read_lines(path, stop)] == [1, 2]


def test_bytes_that_are_not_utf8_are_reported_with_their_row(write, stop) -> None:
    path = write("a.txt", b"good\nb\xe9d\n")
    with pytest.raises(MalformedInput, match=r"a\.txt, row 2: expected UTF-8 text, found 0xe9"):
        list(read_lines(path, stop))


def test_a_skipped_line_keeps_the_rows_after_it_numbered(write, skip) -> None:
    path = write("a.txt", b"good\nb\xe9d\ngood\n")
    assert list(read_lines(path, skip)) == [(1, "good"), (2, None), (3, "good")]
    assert skip.counts == {str(path): 1}


@pytest.mark.parametrize("name", ["missing.txt", "empty.txt"])
def test_a_missing_or_empty_file_is_named(write, tmp_path, name) -> None:
    write("empty.txt", "")
    with pytest.raises(UserError, match=name):
        require_file(tmp_path / name)
