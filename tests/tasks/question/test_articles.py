from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.tasks.question import articles
from xlbench.tasks.question.articles import BrokenJson, read_articles

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@settings(max_examples=150)
@given(st.lists(values, max_size=5), st.integers(1, 9), st.sampled_from([None, 1]), st.booleans())
def test_no_article_is_lost_wherever_a_piece_ends(
    tmp_path_factory, data, piece, indent, data_first
) -> None:
    other = {"version": "1.1", "n": 12345}
    whole = {"data": data, **other} if data_first else {**other, "data": data}
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(articles, "_PIECE_BYTES", piece)
        assert list(read_articles(path)) == data


def test_articles_come_before_the_file_is_read_to_its_end(write) -> None:
    filler = "x" * 400_000
    path = write("a.json", f'{{"data": [1, "{filler}", "{filler}", broken')
    found = read_articles(path)
    assert next(found) == 1
    assert next(found) == filler


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"version": 1}', 'a list "data"'),
        ("[1, 2]", "expected '{', found '\\['"),
        ('{"data": {}}', "expected '\\[', found '{'"),
        ('{"data": [1,\n2,\n', "end of the file at line 3"),
        ('{"data": [1,\n{"a": }]}', "line 2"),
        (b'{"data": ["\xe9\xe9"]}', "expected UTF-8 text, found byte 0xe9"),
        (" ", "end of the file at line 1"),
        ('{"data": []}\n{"data": [1]}', "the end of the file, found '{' at line 2"),
        ('{"data": []} x', "the end of the file, found 'x'"),
        ('{"data": [1], "data": [2]}', "another at line 1"),
        ('{"data": [' + "[" * 100_000, "deep nesting at line 1"),
        ('{"data": [' + "7" * 5000 + "]}", "expected JSON, found: .* at line 1"),
    ],
)
def test_a_broken_file_says_what_and_where(write, content, problem) -> None:
    with pytest.raises(BrokenJson, match=problem):
        list(read_articles(write("a.json", content)))
