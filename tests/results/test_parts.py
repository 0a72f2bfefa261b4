import multiprocessing
import signal
import time
from itertools import count

import pyarrow.parquet as pq
import pytest

from xlbench.errors import UserError
from xlbench.results import parts as module
from xlbench.results.parts import RAW, PartWriter, parts, read
from xlbench.results.schema import VERSION


def visit(number, **more):
    return {
        "arm": "base",
        "task": "xnli",
        "language": "en",
        "scenario": "offline",
        "visit": number,
        "process": 0,
        "status": "ok",
        "flags": [],
        **more,
    }


def sample(number, unit=0):
    return {
        "arm": "base",
        "task": "xnli",
        "language": "en",
        "scenario": "offline",
        "visit": number,
        "process": 0,
        "unit": unit,
        "latency_ns": 1000 + unit,
    }


def fill(folder, flushes, first=0):
    writer = PartWriter(folder)
    for number in range(first, first + flushes):
        writer.add(visits=[visit(number)])
        writer.add(samples=[sample(number, unit) for unit in range(3)])
        writer.flush()
    return writer


def visits_of(folder):
    return read(folder, "visits").column("visit").to_pylist()


def test_what_was_flushed_is_read_in_order(tmp_path):
    fill(tmp_path, 4)
    assert visits_of(tmp_path) == [0, 1, 2, 3]
    assert len(read(tmp_path, "samples")) == 12


def test_samples_without_their_visits_part_do_not_count(tmp_path):
    fill(tmp_path, 2)
    (tmp_path / "visits" / "part-000001.parquet").unlink()
    assert read(tmp_path, "samples").column("visit").to_pylist() == [0, 0, 0]


def test_a_new_writer_goes_on_after_uncommitted_parts(tmp_path):
    fill(tmp_path, 2)
    (tmp_path / "visits" / "part-000001.parquet").unlink()
    fill(tmp_path, 1, first=5)
    assert visits_of(tmp_path) == [0, 5]
    assert sorted(set(read(tmp_path, "samples").column("visit").to_pylist())) == [0, 5]


def test_compacting_changes_no_row(tmp_path):
    writer = fill(tmp_path, 5)
    before = {table: read(tmp_path, table) for table in ("visits", "samples")}
    writer.compact()
    assert {table: read(tmp_path, table) for table in before} == before
    assert [p.path.name for p in parts(tmp_path, "visits")] == ["part-000000-000004.parquet"]
    fill(tmp_path, 2, first=5).compact()
    assert visits_of(tmp_path) == list(range(7))


@pytest.mark.parametrize("table", ["samples", "visits"])
def test_a_compaction_cut_short_shows_no_row_twice(tmp_path, table, monkeypatch):
    writer = fill(tmp_path, 3)
    before = read(tmp_path, "samples")

    def stop(*_):
        raise KeyboardInterrupt

    original = module.write_table
    monkeypatch.setattr(
        module,
        "write_table",
        lambda path, data: stop() if path.parent.name == table else original(path, data),
    )
    with pytest.raises(KeyboardInterrupt):
        writer.compact()
    assert read(tmp_path, "samples") == before
    assert visits_of(tmp_path) == [0, 1, 2]


def test_an_unreadable_part_is_named(tmp_path):
    fill(tmp_path, 1)
    broken = tmp_path / "samples" / "part-000000.parquet"
    broken.write_bytes(b"PAR1 no")
    with pytest.raises(UserError, match=r"part-000000\.parquet: not a readable Parquet file"):
        read(tmp_path, "samples")


def test_a_column_that_an_older_part_lacks_is_null_there(tmp_path):
    fill(tmp_path, 2)
    old = tmp_path / "visits" / "part-000000.parquet"
    table = pq.read_table(old).drop_columns(["examples_digest"])
    pq.write_table(table.replace_schema_metadata({"xlbench_schema_version": "1"}), old)
    assert visits_of(tmp_path) == [0, 1]
    asked = read(tmp_path, "visits", ["visit", "examples_digest"])
    assert asked.to_pydict() == {"visit": [0, 1], "examples_digest": [None, None]}
    PartWriter(tmp_path).compact()
    assert visits_of(tmp_path) == [0, 1]


def test_every_field_carries_its_description_and_the_file_its_version(tmp_path):
    fill(tmp_path, 1)
    schema = pq.read_schema(tmp_path / "samples" / "part-000000.parquet")
    assert schema.metadata[b"xlbench_schema_version"] == str(VERSION).encode()
    assert all(field.metadata[b"description"] for field in schema)


@pytest.mark.parametrize("table", RAW)
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", [False, True])
def test_a_flush_that_fails_at_any_table_loses_no_row(tmp_path, table, error, after, monkeypatch):
    """The write fails before the file is in its place, or right after."""
    original, failing = module.write_table, True

    def write(path, data):
        if failing and path.parent.name == table:
            if after:
                original(path, data)
            raise error
        original(path, data)

    monkeypatch.setattr(module, "write_table", write)
    writer = PartWriter(tmp_path, "r")
    prediction = {**sample(0), "id": "0", "prediction": "x"}
    del prediction["scenario"]
    writer.add([visit(0)], [sample(0, unit) for unit in range(1000)], [prediction])
    with pytest.raises(type(error)):
        writer.flush()
    failing = False
    writer.add([visit(1)], [sample(1)])
    writer.flush()
    assert visits_of(tmp_path) == [0, 1]
    assert read(tmp_path, "samples").column("visit").to_pylist() == [0] * 1000 + [1]
    assert len(read(tmp_path, "predictions")) == 1


def test_rows_are_on_disk_15_seconds_after_they_were_measured_though_the_round_goes_on(tmp_path):
    now = 100.0
    writer = PartWriter(tmp_path, "r", lambda: now)
    for number in range(4):
        writer.add([visit(number)], [sample(number)])
        now += 7.0
        writer.flush_if_due()
    assert visits_of(tmp_path) == [0, 1, 2]


def test_every_row_says_of_which_run_it_is(tmp_path):
    writer = PartWriter(tmp_path, "run-7")
    writer.add([visit(0)], [sample(0)])
    writer.flush()
    for table in ("visits", "samples"):
        assert read(tmp_path, table).column("run_id").to_pylist() == ["run-7"]


def write_forever(folder):
    for number in count():
        writer = fill(folder, 1, first=number)
        if (number + 1) % 7 == 0:
            writer.compact()


def test_sigkill_at_any_moment_leaves_only_readable_files(tmp_path):
    for delay_s in (0.0, 0.01, 0.05, 0.09, 0.13):
        process = multiprocessing.get_context("fork").Process(
            target=write_forever, args=(tmp_path,)
        )
        process.start()
        while not list((tmp_path / "visits").glob("part-*.parquet")):
            assert process.is_alive()
            time.sleep(0.002)
        time.sleep(delay_s)
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        for path in tmp_path.rglob("*.parquet"):
            pq.read_table(path)
        numbers = visits_of(tmp_path)
        samples = read(tmp_path, "samples").column("visit").to_pylist()
        assert set(samples) == set(numbers)
        for path in tmp_path.rglob("part-*.parquet"):
            path.unlink()


def prediction(number, index):
    return {"arm": "base", "task": "xnli", "language": "en", "visit": number} | {
        "id": str(index),
        "prediction": "x",
    }


def predictions_of(folder):
    table = read(folder, "predictions")
    return list(zip(*(table.column(n).to_pylist() for n in ("visit", "id")), strict=True))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(module, "SPILLED_ROWS", 4)


def blocks(number, count, size=2):
    rows = [prediction(number, index) for index in range(count)]
    return [rows[start : start + size] for start in range(0, count, size)]


def test_predictions_of_a_large_cell_are_on_disk_before_their_visit_and_count_with_it(
    tmp_path, small
):
    writer = fill(tmp_path, 1)
    seen = []

    def coming():
        for block in blocks(1, 10):
            yield block
            seen.append((len(writer._unwritten.rows["predictions"]), len(predictions_of(tmp_path))))

    assert writer.add_pass(visit(1), [sample(1)], coming())
    assert seen == [(0, 0)] * 5, "not in memory, and without their visit they don't count"
    assert len(list((tmp_path / "predictions").iterdir())) == 2
    writer.flush()
    assert predictions_of(tmp_path) == [(1, str(i)) for i in range(10)]
    assert visits_of(tmp_path) == [0, 1] and len(read(tmp_path, "samples")) == 4
    assert not writer.add_pass(visit(2), [], ())


def test_a_pass_that_breaks_off_leaves_nothing_and_what_was_whole_is_kept(tmp_path, small):
    writer = fill(tmp_path, 1)
    writer.add(visits=[visit(1)], predictions=[prediction(1, 0)])

    def broken():
        yield from blocks(2, 8)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        writer.add_pass(visit(2), [], broken())
    writer.add_pass(visit(3), [sample(3)], blocks(3, 5))
    writer.flush()
    writer.compact()
    assert visits_of(tmp_path) == [0, 1, 3]
    assert predictions_of(tmp_path) == [(1, "0"), *((3, str(i)) for i in range(5))]


def test_predictions_that_waited_for_a_visit_when_it_was_killed_never_count(tmp_path, small):
    class Killed(BaseException):
        pass

    def killed():
        yield from blocks(2, 4)
        raise Killed

    with pytest.raises(Killed):
        fill(tmp_path, 2).add_pass(visit(2), [], killed())
    writer = fill(tmp_path, 1, first=3)
    writer.add(visits=[visit(4)], predictions=[prediction(4, 0)])
    writer.flush()
    assert predictions_of(tmp_path) == [(4, "0")]
    writer.compact()
    assert predictions_of(tmp_path) == [(4, "0")] and visits_of(tmp_path) == [0, 1, 3, 4]


def test_a_large_table_is_left_in_its_parts_and_reads_the_same(tmp_path, small, monkeypatch):
    writer = fill(tmp_path, 1)
    writer.add_pass(visit(1), [sample(1)], blocks(1, 9))
    writer.flush()
    before = {table: read(tmp_path, table) for table in RAW}
    monkeypatch.setattr(module, "MERGED_ROWS", 1)
    writer.compact()
    assert {table: read(tmp_path, table) for table in RAW} == before
    assert len(parts(tmp_path, "visits")) == 1 and len(parts(tmp_path, "predictions")) == 3
    fill(tmp_path, 1, first=7)
    assert visits_of(tmp_path) == [0, 1, 7] and len(predictions_of(tmp_path)) == 9
