"""A file that is not the table it should be is refused with file, column and row."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlbench.errors import UserError
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table

CELL = {"arm": "base", "task": "xnli", "language": "en", "scenario": "offline"}
ROWS = [CELL | {"visit": i, "process": 0, "unit": i, "latency_ns": 1000 + i} for i in range(3)]


def written(folder, change=lambda table: table):
    table = pa.Table.from_pylist(ROWS, schema=table_schema("samples"))
    path = folder / "samples.parquet"
    pq.write_table(change(table), path)
    return path


def with_column(name, values):
    def change(table):
        return table.set_column(table.schema.get_field_index(name), name, values)

    return change


def test_a_table_reads_back_as_it_was_written(tmp_path):
    table = read_table(written(tmp_path), "samples")
    assert table.schema == table_schema("samples").remove_metadata()
    assert [row["unit"] for row in table.to_pylist()] == [0, 1, 2]


def test_a_column_that_is_not_there_is_null_and_a_narrower_number_is_taken(tmp_path):
    def change(table):
        return with_column("unit", pa.array([0, 1, 2], pa.int16()))(table.drop_columns(["turn"]))

    table = read_table(written(tmp_path, change), "samples")
    assert table.column("turn").null_count == 3
    assert table.column("unit").to_pylist() == [0, 1, 2]


def twice(table):
    return table.append_column("unit", table.column("unit"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (with_column("latency_ns", pa.array(["1", "2", "3"])), "'latency_ns': expected int64"),
        (with_column("latency_ns", pa.array([1.5, 2, 3])), "'latency_ns': expected int64"),
        (with_column("latency_ns", pa.array([1, None, 3])), "row 2: column 'latency_ns': expected"),
        (with_column("scenario", pa.array(["offline", "x", "x"])), "row 2: column 'scenario': 'x'"),
        (with_column("task", pa.array(["xnli", "xnli", "glue"])), "row 3: column 'task': 'glue'"),
        (lambda table: table.drop_columns(["visit"]), "row 1: column 'visit': expected a value"),
        (twice, "column 'unit' is there 2 times"),
        (
            lambda table: table.replace_schema_metadata({"xlbench_schema_version": "new"}),
            "number of a schema version",
        ),
        (
            lambda table: table.replace_schema_metadata({"xlbench_schema_version": "99"}),
            "schema version 99",
        ),
    ],
)
def test_what_is_not_the_table_is_named(tmp_path, change, told):
    path = written(tmp_path, change)
    with pytest.raises(UserError, match=told) as error:
        read_table(path, "samples")
    assert str(error.value).startswith(str(path))


def test_what_is_no_parquet_file_is_named_in_one_line(tmp_path):
    path = tmp_path / "samples.parquet"
    for content in (b"", b"PAR1", b"PAR1" + b"\xff" * 40 + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(UserError, match="not a readable Parquet file") as error:
            read_table(path, "samples")
        assert "\n" not in str(error.value)
