"""Result folders that other programs, other versions or bad luck have changed.

Every command that reads a folder says so in a line that names the file, or gives an answer.
"""

import io
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.export.folder import export
from xlbench.history.changes import history
from xlbench.history.series import load
from xlbench.judge.gate import Limits, gate
from xlbench.judge.recorded import compare_recorded
from xlbench.report.recorded import recorded
from xlbench.results.manifest import read_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import read_result, summarised
from xlbench.run.resume import done, resumed_settings

FEW = 20
"""Examples of a kind: each is read by all commands."""

TABLES = ("cells", "visits", "samples", "predictions")


@pytest.fixture(scope="module")
def whole(write_run, tmp_path_factory):
    """A run of two processes."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    return write_run(folder, processes=2, right=[1] * 7 + [0] * 5)


def path_of(folder, table):
    if table == "cells":
        return folder / "cells.parquet"
    (path,) = (folder / table).glob("*.parquet")
    return path


def compared(folder, other):
    comparison = compare_recorded(read_result(folder), read_result(other), 0.02)
    return json.dumps([comparison.to_json(), gate(comparison, Limits(0.05, 0.05, 1.0)).to_json()])


def resumed(folder, other):
    settings = resumed_settings(folder, None, None, None)
    return done(folder, read_manifest(folder).cells).processes_left(settings.processes)


def remade(folder, other):
    PartWriter(folder).compact()
    return summarised(folder, read_manifest(folder), {})


COMMANDS = {
    "report": lambda folder, other: json.dumps(recorded(folder).to_json()),
    "compare": compared,
    "compare, the other way round": lambda folder, other: compared(other, folder),
    "history": lambda folder, other: history(load(folder.parent).series),
    "export": lambda folder, other: export(read_result(folder), folder.parent / "submission"),
    "resume": resumed,
    "cells made anew": remade,
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
VALUES = st.sampled_from(
    [
        *(None, "", "x", "en", "base", "offline", "nan", "{", "[1]", '{"accuracy": "x"}'),
        *(0, -1, 2**40, 2**62, 0.0, -1.0, 1e300, float("nan"), float("inf"), True),
        *([1, 2], ["x"], {"a": 1}, b"\xff"),
    ]
)


def changed_table(table, data):
    """One to three changes of columns, rows and types."""
    for _ in range(data.draw(st.integers(1, 3))):
        names = table.schema.names
        at = data.draw(st.integers(0, len(names) - 1))
        match data.draw(st.sampled_from(["drop", "fill", "some", "rows", "twice", "swap"])):
            case "drop":
                table = table.remove_column(at)
            case "fill":
                value = data.draw(VALUES)
                table = table.set_column(at, names[at], pa.array([value] * len(table)))
            case "some":
                # Of the right type, and nothing that such a column holds.
                column = table.column(at).to_pylist()
                kind = table.schema.field(at).type
                try:
                    values = pa.array([data.draw(VALUES), *column[1:]], kind)
                except (pa.ArrowInvalid, pa.ArrowTypeError):
                    continue
                table = table.set_column(at, names[at], values)
            case "rows":
                table = table.slice(0, data.draw(st.sampled_from([0, 1, 5])))
            case "twice":
                table = pa.concat_tables([table, table])
            case "swap":
                table = table.rename_columns(names[::-1])
        if not table.num_columns or not len(table):
            return table
    return table


def places(value, here=()):
    if here:
        yield here
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(each, (*here, key))


def check(folder, other):
    """Only ``UserError``, naming a file of the folder, comes of any command."""
    for name, command in COMMANDS.items():
        try:
            command(folder, other)
        except UserError as error:
            assert "\n" not in str(error)
        except Exception as error:
            raise AssertionError(f"{name}: {type(error).__name__}: {error}") from error


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("foreign")


def copied(whole, scratch):
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(whole, scratch / "run")
    return scratch / "run"


@settings(max_examples=FEW)
@given(st.data())
def test_a_changed_table_is_read_or_refused_in_words(whole, scratch, data):
    folder = copied(whole, scratch)
    path = path_of(folder, data.draw(st.sampled_from(TABLES)))
    table = changed_table(pq.read_table(path), data)
    # As an earlier version wrote it: nothing says that it was changed.
    metadata = {"xlbench_schema_version": data.draw(st.sampled_from(["1", "0", "x", "99", ""]))}
    pq.write_table(table.replace_schema_metadata(metadata), path)
    check(folder, whole)


@settings(max_examples=FEW)
@given(st.data())
def test_a_changed_manifest_is_read_or_refused_in_words(whole, scratch, data):
    folder = copied(whole, scratch)
    value = json.loads((folder / "run.json").read_text())
    *steps, last = data.draw(st.sampled_from(list(places(value))))
    inside = value
    for step in steps:
        inside = inside[step]
    if data.draw(st.booleans()):
        del inside[last]
    else:
        inside[last] = data.draw(JSON)
    (folder / "run.json").write_text(json.dumps(value))
    check(folder, whole)


@settings(max_examples=FEW)
@given(st.data())
def test_changed_bytes_are_refused_in_words(whole, scratch, data):
    folder = copied(whole, scratch)
    files = [folder / "run.json", *(path_of(folder, table) for table in TABLES)]
    path = data.draw(st.sampled_from(files))
    content = io.BytesIO(path.read_bytes())
    content.seek(data.draw(st.integers(0, len(content.getvalue()))))
    content.write(data.draw(st.binary(max_size=8)))
    content.truncate(data.draw(st.sampled_from([content.tell(), len(content.getvalue())])))
    path.write_bytes(content.getvalue())
    check(folder, whole)
