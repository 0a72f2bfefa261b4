from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlbench.data.parquet import class_name, class_names, read_rows
from xlbench.errors import UserError

LABEL = {"names": ["X", "ADJ"], "_type": "ClassLabel"}


def tags_file(path: Path, feature: Any) -> Path:
    table = pa.table({"pos_tags": [[0, 1]]})
    info = {"info": {"features": {"pos_tags": feature}}}
    pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(info)}), path)
    return path


@pytest.mark.parametrize(
    "feature",
    [
        {"feature": LABEL, "_type": "Sequence"},
        {"feature": LABEL, "_type": "List"},
        [LABEL],
        LABEL,
    ],
)
def test_class_names_are_found_in_each_form_of_the_metadata(tmp_path, feature) -> None:
    path = tags_file(tmp_path / "a.parquet", feature)
    assert class_names(path, "pos_tags") == ("X", "ADJ")
    assert class_name(1, path, "pos_tags") == "ADJ"


def test_numbers_without_names_are_refused(tmp_path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"pos_tags": [[0]]}), path)
    with pytest.raises(UserError, match=r"a\.parquet: column pos_tags holds class numbers"):
        class_name(0, path, "pos_tags")


@pytest.mark.parametrize("value", [None, -1, ""])
def test_no_label_is_none(tmp_path, value) -> None:
    assert class_name(value, tmp_path / "not read", "label") is None


def test_rows_are_counted_in_each_file_and_across_batches(tmp_path) -> None:
    files = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    pq.write_table(pa.table({"x": list(range(1300)), "y": [0] * 1300}), files[0])
    pq.write_table(pa.table({"x": [7]}), files[1])
    rows = list(read_rows(files, ["x"]))
    assert [row for _, row, _ in rows] == [*range(1, 1301), 1]
    assert [values for _, _, values in rows[-2:]] == [{"x": 1299}, {"x": 7}]


def test_a_missing_column_is_named(tmp_path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": [1]}), path)
    with pytest.raises(UserError, match=r"a\.parquet: expected the columns x, z, found x\."):
        list(read_rows([path], ["x", "z"]))


def test_a_git_lfs_pointer_is_no_parquet_file(write) -> None:
    path = write("a.parquet", "version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(UserError, match=r"a\.parquet: expected a parquet file.*git-lfs"):
        list(read_rows([path], ["x"]))
