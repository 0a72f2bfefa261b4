"""The columns of a result's tables, for a reader: made from the schema, so never out of date."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from xlbench.report.languages_sql import QUERIES, VIEW
from xlbench.results.schema import TABLES, table_schema

_WHAT = {
    "cells": "`cells.parquet`: a row for each arm, task, language and scenario, worked out from "
    "the other tables.",
    "visits": "`visits/*.parquet`: a row for each visit to a cell.",
    "samples": "`samples/*.parquet`: a row for each timed batch.",
    "predictions": "`predictions/*.parquet`: a row for each example of a cell.",
}


def column_rows() -> list[dict[str, str]]:
    """Return table, column, type and description of every column, cells first."""
    return [
        {
            "table": table,
            "column": field.name,
            "type": _type(field.type),
            "description": field.metadata[b"description"].decode("utf-8"),
        }
        for table in _WHAT
        for field in table_schema(table)
    ]


def columns_page() -> str:
    """Return the page ``docs/columns.md``."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Columns"
    yield ""
    yield (
        "Made by `xlbench list columns --format markdown` from the schema; every field of a "
        "Parquet file"
    )
    yield "carries its description, too. Units stand in the names; what was not measured is null."
    for table, what in _WHAT.items():
        yield from ("", f"## {table}", "", what, "")
        yield from ("| column | type | meaning |", "| --- | --- | --- |")
        for row in column_rows():
            if row["table"] == table:
                yield f"| `{row['column']}` | {row['type']} | {_cell(row['description'])} |"
    yield from ("", "## Asking with SQL", "")
    yield "[DuckDB](https://duckdb.org) reads the files as they are. A view joins both scenarios of"
    yield "each arm, task and language into one row, over all result folders of `results/`:"
    yield from ("", "```sql", VIEW.strip(), "```")
    for title, query in QUERIES.items():
        yield from ("", f"{title}:", "", "```sql", query.strip(), "```")


def _type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"list of {_type(kind.value_type)}"
    names = {"string": "text", "double": "float", "int64": "integer", "bool": "true or false"}
    return names.get(str(kind), str(kind))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


assert set(_WHAT) == set(TABLES)
