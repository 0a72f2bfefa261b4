"""A file that is not the table it should be is refused with file, column and row."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.results.files import write_table
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table

CELL = {"arm": "base", "task": "xnli", "language": "en", "scenario": "offline"}
ROWS = [CELL | {"visit": i, "process": 0, "unit": i, "latency_ns": 1000 + i} for i in range(3)]


def written(folder, change=lambda table: table):
    table = pa.Table.from_pylist(ROWS, schema=table_schema("samples"))
    path = folder / "samples.parquet"
    write_table(path, change(table))
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


def test_a_table_that_somebody_read_and_wrote_again_is_no_damage(tmp_path):
    path = written(tmp_path)
    pq.write_table(pq.read_table(path).slice(1), path)
    assert read_table(path, "samples").column("unit").to_pylist() == [1, 2]
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"xlbench-sha256:", b"xlbench-sha257:"))
    with pytest.raises(UserError, match="not as it was written"):
        read_table(path, "samples")


def test_a_file_of_a_version_before_the_seal_is_read(tmp_path):
    path = tmp_path / "samples.parquet"
    table = pa.Table.from_pylist(ROWS, schema=table_schema("samples"))
    pq.write_table(table.replace_schema_metadata({"xlbench_schema_version": "1"}), path)
    assert len(read_table(path, "samples")) == 3


@settings(max_examples=60)
@given(st.data())
def test_a_single_flipped_bit_is_noticed(tmp_path_factory, data):
    path = written(tmp_path_factory.mktemp("flip"))
    whole = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[bit // 8] ^= 1 << bit % 8
    path.write_bytes(whole)
    with pytest.raises(UserError):
        read_table(path, "samples")


def test_other_readers_can_check_the_pages_too(tmp_path):
    path = written(tmp_path)
    whole = bytearray(path.read_bytes())
    whole[60] ^= 1  # in the first page
    path.write_bytes(whole)
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(path, page_checksum_verification=True)


def test_what_is_no_parquet_file_is_named_in_one_line(tmp_path):
    path = tmp_path / "samples.parquet"
    for content in (b"", b"PAR1", b"PAR1" + b"\xff" * 40 + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(UserError, match="not a readable Parquet file") as error:
            read_table(path, "samples")
        assert "\n" not in str(error.value)
