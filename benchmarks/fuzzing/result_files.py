"""Targets: result folders, their manifest and their tables."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from fuzzing.campaign import Target
from fuzzing.mutate import altered, mutated
from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.results.manifest import Manifest, UsedData, read_manifest, write_manifest
from xlbench.results.schema import table_schema
from xlbench.results.tables import VERSION_KEY, read_table
from xlbench.settings import Settings

TYPES = (pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.list_(pa.string()), pa.null())
KEY_VALUES = {"arm": "base", "task": "xnli", "language": "en", "scenario": "offline"}
TABLES = ("visits", "samples", "predictions", "cells")


def manifests(folder: Path) -> Target:
    """``run.json`` with other values, other keys, or broken."""
    settings = Settings(arms=(parse_arm("base@threads=2"),), tasks=("xnli",), languages=("en",))
    cells = (ArmCell("base@threads=2", "xnli", "en", "offline"),)
    write_manifest(
        folder, Manifest("id", "1.0", settings, "m", UsedData("sample", "sample"), cells)
    )
    text = (folder / "run.json").read_bytes()

    def target(drawn: random.Random) -> Callable[[], object]:
        if drawn.random() < 0.6:
            content = json.dumps(altered(json.loads(text), drawn)).encode()
        else:
            content = mutated(text, drawn)
        (folder / "run.json").write_bytes(content)
        return lambda: read_manifest(folder)

    return target


def tables(folder: Path) -> Target:
    """Parquet files of a result folder: other columns, other types, other bytes."""
    whole = {name: _written(table_schema(name).empty_table()) for name in TABLES}

    def target(drawn: random.Random) -> Callable[[], object]:
        name = drawn.choice(TABLES)
        content = whole[name] if drawn.random() < 0.2 else _written(_foreign(name, drawn))
        if drawn.random() < 0.5:
            content = mutated(content, drawn)
        (folder / "t.parquet").write_bytes(content)
        return lambda: read_table(folder / "t.parquet", name)

    return target


def _foreign(name: str, drawn: random.Random) -> pa.Table:
    """Return a table like one of an earlier version, with columns lost, doubled or retyped."""
    schema = list(table_schema(name))
    for _ in range(drawn.choice((0, 1, 1, 2))):
        at = drawn.randrange(len(schema))
        match drawn.randrange(4):
            case 0:
                del schema[at]
            case 1:
                schema.append(schema[at])
            case _:
                schema[at] = pa.field(schema[at].name, drawn.choice(TYPES))
    columns = [pa.array([_cell(each, drawn) for _ in range(2)], each.type) for each in schema]
    version = drawn.choice((b"1", b"1", b"1", b"99", b"x", b"-1", b"9" * 5000))
    return pa.table(columns, schema=pa.schema(schema, {VERSION_KEY: version}))


def _cell(field: pa.Field, drawn: random.Random) -> object:
    kind = field.type
    if pa.types.is_string(kind):
        known = KEY_VALUES.get(field.name, "ok")
        return known if drawn.random() < 0.95 else drawn.choice(("a\nb", "", None))
    if drawn.random() < 0.1:
        return None
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return drawn.choice((0, 1, 100))
    return drawn.choice((True, False)) if pa.types.is_boolean(kind) else None


def _written(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
