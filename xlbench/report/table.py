"""The table at the end of a run: a line for each task and language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from xlbench.flags import sentence
from xlbench.report.cell_columns import CELL_COLUMNS, NOTHING, CellColumn, Line
from xlbench.report.choose import chosen
from xlbench.report.fitted import Fitted
from xlbench.report.marks import mark
from xlbench.report.paragraph import paragraph
from xlbench.report.tsv import tsv
from xlbench.results.schema import Row

_LEGEND = (
    "tok/en: tokens over those of the same examples in English. Single-stream: p50, p95, p99. "
    "Offline: examples and tokens per second, padding efficiency, metric. MiB: peak memory of the "
    "cell. [lo, hi]: 95 % interval."
)


def cell_lines(
    rows: Sequence[Row], width: int, columns: Sequence[str] | None = None
) -> Iterator[Text]:
    """Yield a table for each arm, a line for each task and language, and what they mean.

    Args:
        rows: of the ``cells`` table.
        width: columns of the terminal; the lines are not longer.
        columns: names of the table's columns to show, whatever the width; ``None``: those
            that hold something, as far as they fit.

    Raises:
        UserError: a column is not known.
    """
    asked = _columns(columns)
    left_out: dict[str, None] = {}
    for arm in dict.fromkeys(row["arm"] for row in rows):
        lines = [line for line in cell_rows(rows) if line.arm == arm]
        shown = [each for each in asked if _belongs(each, lines, columns is None)]
        table = Fitted(
            [each.column for each in shown],
            [[each.text(line) for each in shown] for line in lines],
        )
        device = next((row["device"] for row in rows if row["arm"] == arm and row["device"]), None)
        yield Text()
        yield from paragraph(f"{arm} on {device or 'no device'}", width, "bold")
        # Who names the columns gets them, on a narrow terminal too.
        room = width if columns is None else 10**6
        yield from table.lines(room)
        left_out |= dict.fromkeys(table.left_out(room))
    yield from paragraph(_LEGEND, width, "dim")
    if left_out:
        names = ", ".join(left_out)
        yield from paragraph(f"No room for: {names}. Show with --columns.", width, "dim")


def cell_tsv(results: Mapping[str, Sequence[Row]], columns: Sequence[str] | None = None) -> str:
    """Return all of it as tab-separated values, the arm before each line.

    Args:
        results: rows of the ``cells`` table by result; where there are several results their names
            stand before the arms, in one table.
        columns: names of the table's columns to show; ``None``: all.

    Raises:
        UserError: a column is not known.
    """
    values = {name: value for each in _columns(columns) for name, value in each.values.items()}
    several = ["result"] if len(results) > 1 else []
    lines = (
        [*([name] if several else []), line.arm, *(value(line) for value in values.values())]
        for name, rows in results.items()
        for line in cell_rows(rows)
    )
    return tsv([*several, "arm", *values], lines)


def cell_rows(rows: Sequence[Row]) -> list[Line]:
    """Return the lines of the table: the scenarios of a task in a language side by side."""
    found: dict[tuple[str, str, str], dict[str, Row]] = {}
    for row in rows:
        pair = found.setdefault((row["arm"], row["task"], row["language"]), {})
        pair[row["scenario"]] = row
    return [
        Line(*key, pair.get("single-stream", {}), pair.get("offline", {}))
        for key, pair in found.items()
    ]


def notes(rows: Sequence[Row]) -> list[str]:
    """Return a line for each flag that occurs: its mark, how often, and what it means."""
    counts = Counter(flag for row in rows for flag in row["flags"] or ())
    lines = [
        f"{mark([flag]).plain or '–'} {flag} ({count} of {len(rows)} cells): {sentence(flag)}"
        for flag, count in sorted(counts.items())
    ]
    lines += _usages(rows)
    for row in rows:
        if row["status"] == "failed":
            reason = "".join((row["error"] or "").splitlines()[0:1])
            place = f"{row['arm']} {row['task']} {row['language']} {row['scenario']}"
            lines.append(f"x FAILED {place}: {reason}")
    return lines


def _usages(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what stood for a sentence in retrieval, and what taggers read that is not XTREME's."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        said = []
        if row.get("pooling") is not None:
            of = "mean over the tokens" if row["pooling"] == "mean" else "first token"
            said.append(f"a sentence is the {of} of hidden state {row['retrieval_layer']}")
        if row.get("prefix"):
            said.append(f"with {row['prefix']!r} in front")
        if row.get("tagging_layout") not in (None, "xtreme"):
            said.append("rows of words end as the tokenizer ends a text")
        if said:
            found.setdefault((row["arm"], ", ".join(said)), []).append(row["task"])
    for (arm, what), tasks in found.items():
        yield f"– {arm}, {' '.join(dict.fromkeys(tasks))}: {what}"


def _columns(names: Sequence[str] | None) -> Sequence[CellColumn]:
    if names is None:
        return CELL_COLUMNS
    return chosen(
        {each.column.name: each for each in CELL_COLUMNS}, names, ("task", "lang", "mark")
    )


def _belongs(column: CellColumn, lines: Sequence[Line], unasked: bool) -> bool:
    """A column without a head goes where it is empty, one that nobody asked for as well."""
    if column.column.title and (not unasked or column.column.rank == 0):
        return True
    return any(str(column.text(line)) not in ("", NOTHING) for line in lines)
