from __future__ import annotations

from pathlib import Path

import pytest

from xlbench.errors import MalformedInput
from xlbench.tasks.retrieval.numbered_lines import NumberedFiles, read_numbered


def split(
    write,
    source="de-1\ta\nde-2\tb\nde-3\tc\n",
    target="en-1\tx\nen-2\ty\nen-3\tz\n",
    gold: str | None = "de-1\ten-3\nde-3\ten-1\n",
) -> NumberedFiles:
    paths: list[Path] = [write("de-en.test.de", source), write("de-en.test.en", target)]
    return NumberedFiles(*paths, None if gold is None else write("de-en.test.gold", gold))


def test_gold_pairs_reach_the_source_side_only(write, stop) -> None:
    found = [(s.id, s.text, s.side, s.gold) for s in read_numbered(split(write), "test", stop)]
    assert found == [
        ("de-1", "a", "source", ("en-3",)),
        ("de-2", "b", "source", ()),
        ("de-3", "c", "source", ("en-1",)),
        ("en-1", "x", "target", None),
        ("en-2", "y", "target", None),
        ("en-3", "z", "target", None),
    ]


def test_the_split_is_carried(write, stop) -> None:
    assert {s.split for s in read_numbered(split(write), "dev", stop)} == {"dev"}


def test_without_a_gold_file_nothing_is_known(write, stop) -> None:
    assert {s.gold for s in read_numbered(split(write, gold=None), "test", stop)} == {None}


def test_limit_keeps_the_gold_target_of_each_source_that_stays(write, stop) -> None:
    targets = "".join(f"en-{i}\tx{i}\n" for i in range(1, 10))
    files = split(write, target=targets, gold="de-1\ten-8\nde-3\ten-1\n")
    ids = [s.id for s in read_numbered(files, "test", stop, limit=2)]
    assert ids == ["de-1", "de-2", "en-1", "en-8"]


def test_limit_without_gold_takes_the_first_of_both_sides(write, stop) -> None:
    ids = [s.id for s in read_numbered(split(write, gold=None), "test", stop, limit=2)]
    assert ids == ["de-1", "de-2", "en-1", "en-2"]


def test_a_sentence_with_several_translations_has_them_all(write, stop) -> None:
    files = split(write, gold="de-1\ten-3\nde-1\ten-2\nde-1\ten-3\n")
    assert next(read_numbered(files, "test", stop)).gold == ("en-3", "en-2")


@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("de-9\ten-1", r"expected an id of de-en\.test\.de, found 'de-9'"),
        ("de-1\ten-9", r"expected an id of de-en\.test\.en, found 'en-9'"),
        ("de-1", "expected 2 columns .* found 1"),
    ],
)
def test_a_bad_gold_pair_is_named_and_can_be_left_out(write, stop, skip, pair, problem) -> None:
    files = split(write, gold=f"de-2\ten-2\n{pair}\n")
    with pytest.raises(MalformedInput, match=rf"gold, row 2: {problem}"):
        list(read_numbered(files, "test", stop))
    golds = [s.gold for s in read_numbered(files, "test", skip) if s.side == "source"]
    assert golds == [(), ("en-2",), ()]
    assert skip.counts == {str(files.gold): 1}


def test_a_line_without_id_is_named_and_counted_once(write, stop, skip) -> None:
    files = split(write, source="de-1\ta\nno id\nde-3\tc\n")
    with pytest.raises(MalformedInput, match="row 2: expected 2 columns"):
        list(read_numbered(files, "test", stop))
    kept = [s.id for s in read_numbered(files, "test", skip) if s.side == "source"]
    assert kept == ["de-1", "de-3"]
    assert skip.counts == {str(files.source): 1}


@pytest.mark.parametrize("side", ["source", "target"])
def test_an_id_that_comes_twice_is_named_and_its_second_line_left_out(
    write, stop, skip, side
) -> None:
    code = "de" if side == "source" else "en"
    files = split(write, **{side: f"{code}-1\ta\n{code}-2\tb\n{code}-1\tc\n{code}-3\td\n"})
    with pytest.raises(MalformedInput, match=rf"row 3: expected a new id, found '{code}-1'"):
        list(read_numbered(files, "test", stop))
    texts = {s.id: s.text for s in read_numbered(files, "test", skip) if s.side == side}
    assert texts == {f"{code}-1": "a", f"{code}-2": "b", f"{code}-3": "d"}
    assert sum(skip.counts.values()) == 1


def test_a_gold_pair_that_comes_twice_is_one(write, stop) -> None:
    files = split(write, gold="de-1\ten-1\nde-1\ten-2\nde-1\ten-1\n")
    golds = [s.gold for s in read_numbered(files, "test", stop) if s.side == "source"]
    assert golds == [("en-1", "en-2"), (), ()]
