"""What the campaign of faults sees wrong in a result folder, and that it can go on."""

import pyarrow as pa
from blows.examine import half_kept, unreadable
from blows.outcome import Log, Outcome

from xlbench.results.files import write_table
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table


def rewritten(folder, table, change):
    """Have the rows of a table changed."""
    for path in (folder / table).glob("part-*.parquet"):
        rows = change(read_table(path, table).to_pylist())
        write_table(path, pa.Table.from_pylist(rows, schema=table_schema(table)))


def test_a_whole_result_has_nothing_wrong(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=1)
    assert half_kept(folder) == unreadable(folder) == []


def test_a_visit_without_samples_and_samples_without_a_visit_are_seen(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=1)
    rewritten(folder, "samples", lambda rows: [r | {"visit": r["visit"] or 99} for r in rows])
    assert half_kept(folder) == [
        "1 visits without their samples",
        "samples of 1 visits that are not there",
    ]


def test_a_visit_that_stands_twice_is_seen(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=1)
    rewritten(folder, "visits", lambda rows: rows + rows[:1])
    assert "a visit stands twice" in half_kept(folder)


def test_a_damaged_file_is_seen(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=1)
    path = next((folder / "samples").iterdir())
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (told,) = unreadable(folder)
    assert path.name in told


def test_a_campaign_goes_on_with_what_is_done(tmp_path):
    one = Log(tmp_path / "log.jsonl")
    one.add("kills.003", [Outcome("worker", "any", hit=True, wrong=["x"])])
    one.add("full disks.000", [Outcome("disk", "files of at most 300 bytes")])
    again = Log(tmp_path / "log.jsonl")
    assert again.outcomes == one.outcomes
    assert [each.wrong for each in again.of("kills")] == [["x"]]
