"""Parquet files as nobody should write them: a sentence for the user, whatever is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlbench.data.hub import ParquetSource
from xlbench.data.stores import MirrorStore
from xlbench.errors import MalformedInput, UserError
from xlbench.tasks.catalogue import TASKS

ATTACK = Path(__file__).parents[3] / "shared" / "cases" / "attack"
_PAIR = {"sentence1": "a", "sentence2": "b"}
_QUESTION = {
    "question": "q",
    "context": "abc",
    "answers": {"text": ["a"], "answer_start": [0]},
}
_SENTENCES = {"source_sentence": "a\n", "target_sentence": "b"}
CELLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "XNLI/test": ("xnli", "de", {**_PAIR, "gold_label": "neutral", "language": "de"}),
    "PAWS-X.de/test": ("pawsx", "de", {**_PAIR, "label": "1"}),
    "udpos.German/test": ("udpos", "de", {"tokens": ["a"], "pos_tags": ["NOUN"]}),
    "PAN-X.de/test": ("panx", "de", {"tokens": ["a", "b"], "ner_tags": ["O", "B-PER"]}),
    "XQuAD.de/validation": ("xquad", "de", {"id": "1", **_QUESTION}),
    "tydiqa/validation": ("tydiqa", "en", {"id": "english-1", **_QUESTION}),
    "tatoeba.deu/validation": ("tatoeba", "de", _SENTENCES),
    "bucc18.de/test": ("bucc2018", "de", _SENTENCES),
}
"""For each file the task, the language, and a row that can be read."""


def place(root: Path, cell: str, content: bytes) -> Path:
    path = root / f"{cell}-00000-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read_everything(root: Path, cell: str, skip: bool) -> int:
    """Do all that a run does with a cell's data."""
    source = ParquetSource(MirrorStore(root), TASKS, skip_malformed=skip)
    task, language, _ = CELLS[cell]
    if language not in source.languages(task):
        return 0
    source.layout(task)
    source.files(task, language)
    return len(list(source.examples(task, language)))


@pytest.mark.skipif(not ATTACK.is_dir(), reason="the recorded inputs (../shared) are not here")
@pytest.mark.parametrize("cell", CELLS)
def test_inputs_that_once_ended_in_a_traceback_end_in_a_sentence(tmp_path, cell) -> None:
    files = sorted(ATTACK.glob("hub-*"))
    assert len(files) >= 10
    for number, file in enumerate(files):
        root = tmp_path / str(number)
        place(root, cell, file.read_bytes())
        for skip in (False, True):
            try:
                read_everything(root, cell, skip)
            except UserError as error:
                assert "\n" not in str(error) and len(str(error)) < 1000


VALUES: Any = st.one_of(
    st.none(),
    st.sampled_from(["x", "neutral", "1", "de", "english-1", "\ud83d".encode("utf-8", "replace")]),
    st.integers(-3, 20),
    st.floats(),
    st.binary(max_size=3),
    st.lists(st.one_of(st.none(), st.sampled_from(["a", "NOUN", "O"])), max_size=3),
    st.lists(st.integers(-2, 20), max_size=3),
    st.fixed_dictionaries({"text": st.lists(st.text(max_size=3), max_size=2)}),
    st.fixed_dictionaries(
        {
            "text": st.lists(st.sampled_from(["a", "", None]), max_size=2),
            "answer_start": st.lists(st.one_of(st.none(), st.integers(-1, 4)), max_size=2),
        }
    ),
)
METADATA = st.sampled_from(
    [
        b"x",
        b"[]",
        b"\xff",
        b'{"info": []}',
        b'{"info": {"features": {"pos_tags": {"feature": {"names": ["NOUN", "X"]}}}}}',
        b'{"info": {"features": {"pos_tags": ' + b"[" * 100_000,
    ]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(CELLS)), st.data(), st.none() | METADATA, st.booleans())
def test_any_column_of_any_type_is_read_or_refused(
    tmp_path_factory, cell, data, meta, skip
) -> None:
    root = tmp_path_factory.mktemp("mirror")
    row = dict(CELLS[cell][2])
    for name in data.draw(st.lists(st.sampled_from(sorted(row)), min_size=1, max_size=2)):
        row[name] = data.draw(VALUES)
    if data.draw(st.integers(0, 9)) == 0:
        row.popitem()
    try:
        table = pa.table({name: [value] * 2 for name, value in row.items()})
    except (pa.ArrowException, TypeError, ValueError):
        return
    if meta is not None:
        table = table.replace_schema_metadata({"huggingface": meta})
    path = place(root, cell, b"")
    try:
        pq.write_table(table, path)
    except pa.ArrowException:
        return
    try:
        read_everything(root, cell, skip)
    except UserError as error:
        assert "\n" not in str(error) and len(str(error)) < 1000


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_flipped_bytes_are_read_or_refused(tmp_path_factory, data) -> None:
    root = tmp_path_factory.mktemp("mirror")
    rows = [{"sentence1": f"a {i}", "sentence2": "b", "label": str(i % 2)} for i in range(50)]
    path = place(root, "PAWS-X.de/test", b"")
    pq.write_table(pa.Table.from_pylist(rows), path)
    raw = bytearray(path.read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=5)):
        raw[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    try:
        read_everything(root, "PAWS-X.de/test", skip=False)
    except UserError as error:
        assert path.name in str(error)


@pytest.mark.parametrize("cell", CELLS)
def test_the_row_that_the_others_are_made_from_is_read(tmp_path, cell) -> None:
    pq.write_table(pa.Table.from_pylist([CELLS[cell][2]]), place(tmp_path, cell, b""))
    assert read_everything(tmp_path, cell, skip=False) >= 1


def test_a_damaged_page_names_its_file(tmp_path) -> None:
    rows = [{"sentence1": f"{i * 7919}", "sentence2": "b", "label": "0"} for i in range(400)]
    path = place(tmp_path, "PAWS-X.de/test", b"")
    pq.write_table(pa.Table.from_pylist(rows), path)
    raw = bytearray(path.read_bytes())
    for at in range(300, 900):
        raw[at] ^= 0x5A
    path.write_bytes(raw)
    with pytest.raises(UserError, match=r"PAWS-X\.de/test-00000-of-00001\.parquet: expected a"):
        read_everything(tmp_path, "PAWS-X.de/test", skip=True)


@pytest.mark.parametrize(
    ("cell", "rows", "problem"),
    [
        (
            "PAWS-X.de/test",
            [{"sentence1": "a", "sentence2": "b", "label": label} for label in ("1", None, "0")],
            "row 2: expected a label, as in the rows before, found none",
        ),
        (
            "PAWS-X.de/test",
            [{"sentence1": "a", "sentence2": "b", "label": label} for label in (None, "0", None)],
            "row 2: expected no label, as in the rows before, found a label",
        ),
        (
            "PAN-X.de/test",
            [{"tokens": ["a"], "ner_tags": tags} for tags in (["O"], [None], ["O"])],
            "row 2: expected tags, as in the rows before, found none",
        ),
        (
            "PAN-X.de/test",
            [{"tokens": ["a", "b"], "ner_tags": tags} for tags in (["O", "O"], ["O", None])],
            "row 2: expected 2 tags for as many words, found 1",
        ),
    ],
)
def test_some_rows_without_labels_are_malformed_not_the_metric_lost(
    tmp_path, cell, rows, problem
) -> None:
    path = place(tmp_path, cell, b"")
    pq.write_table(pa.Table.from_pylist(rows), path)
    with pytest.raises(MalformedInput, match=problem):
        read_everything(tmp_path, cell, skip=False)
    assert read_everything(tmp_path, cell, skip=True) == len(rows) - 1


def test_a_missing_shard_is_named(tmp_path) -> None:
    path = place(tmp_path, "PAWS-X.de/test", b"")
    pq.write_table(pa.table({"sentence1": ["a"], "sentence2": ["b"], "label": ["0"]}), path)
    path.rename(path.with_name("test-00000-of-00002.parquet"))
    with pytest.raises(UserError, match=r"test-00001-of-00002\.parquet is missing"):
        read_everything(tmp_path, "PAWS-X.de/test", skip=True)


def test_answers_of_the_deepest_metadata_are_none(tmp_path) -> None:
    deep = json.dumps({"info": {"features": {"pos_tags": []}}}).replace("[]", "[" * 100_000)
    table = pa.table({"tokens": [["a"]], "pos_tags": [[0]]})
    path = place(tmp_path, "udpos.German/test", b"")
    pq.write_table(table.replace_schema_metadata({"huggingface": deep}), path)
    with pytest.raises(UserError, match="class numbers, and the file does not say"):
        read_everything(tmp_path, "udpos.German/test", skip=True)
