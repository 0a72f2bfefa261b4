"""Learning curves as Parquet: a row for each training set at each step that was logged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from xlbench.results.files import write_table

_PREFIX = "loss "


def write_curve(file: Path, suite: str, part: str, log: Iterable[Mapping[str, Any]]) -> None:
    """Write the rows of a log.

    Columns: ``suite part set step loss learning_rate gradient_norm seconds``; ``loss`` is the mean
    over the set's batches since the row before, ``seconds`` counts from the begin of the process.
    """
    schema = pa.schema(
        [
            ("suite", pa.string()),
            ("part", pa.string()),
            ("set", pa.string()),
            ("step", pa.int64()),
            ("loss", pa.float64()),
            ("learning_rate", pa.float64()),
            ("gradient_norm", pa.float64()),
            ("seconds", pa.float64()),
        ]
    )
    rows = [
        {
            "suite": suite,
            "part": part,
            "set": key.removeprefix(_PREFIX),
            "step": row["step"],
            "loss": value,
            "learning_rate": row.get("learning_rate"),
            "gradient_norm": row.get("grad_norm"),
            "seconds": row.get("seconds"),
        }
        for row in log
        for key, value in row.items()
        if key.startswith(_PREFIX) and "learning_rate" in row
    ]
    write_table(file, pa.Table.from_pylist(rows, schema=schema))
