"""The cells of an arm as HTML tables: one for each scenario, a line for each language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlbench.languages import LANGUAGES
from xlbench.report.markup import Markup, element, join
from xlbench.results.schema import Row
from xlbench.tasks.catalogue import TASKS

NOTHING = "–"
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, what stands in it, and whether it is left out where all is null."""

    name: str
    cell: Callable[[Row], str]
    optional: str | None = None


def cell_section(rows: Sequence[Row], scenario: str) -> Markup | None:
    """Return the table of one arm in one scenario; ``None`` without cells.

    A flag that every cell carries is not repeated in its lines.
    """
    own = [row for row in rows if row["scenario"] == scenario]
    if not own:
        return None
    columns = [
        c
        for c in COLUMNS[scenario]
        if c.optional is None or any(row.get(c.optional) is not None for row in own)
    ]
    shared = set.intersection(*(set(row["flags"] or ()) for row in own))
    head = [element("th", name, class_="text") for name in ("task", "language")]
    head += [element("th", c.name, scope="col") for c in columns]
    head.append(element("th", "flags", class_="text"))
    lines = [_line(row, columns, shared) for row in own]
    table = element(
        "table",
        element("caption", CAPTIONS[scenario]),
        element("thead", element("tr", *head)),
        element("tbody", *lines),
    )
    return element("div", table, class_="wide")


def _line(row: Row, columns: Sequence[Column], shared: set[str]) -> Markup:
    language = LANGUAGES[row["language"]]
    flags = [flag for flag in row["flags"] or () if flag not in shared]
    if row["status"] != "ok":
        flags.insert(0, row["status"])
    cells = [
        element("td", TASKS[row["task"]].title, class_="text"),
        element("td", f"{language.name} ({language.code})", class_="text"),
        *(element("td", column.cell(row)) for column in columns),
        element("td", ", ".join(flags), class_="flags"),
    ]
    return element("tr", *cells, class_="failed" if row["status"] == "failed" else "cell")


def number(value: float | None, digits: int) -> str:
    """Return a number with thousands separated, or a dash where there is none."""
    return NOTHING if value is None else f"{value:,.{digits}f}"


def between(value: float | None, lo: float | None, hi: float | None, digits: int) -> Markup:
    """Return a value with its interval in small print."""
    parts = [number(value, digits)]
    if value is not None and lo is not None and hi is not None:
        parts.append(element("small", f" {number(lo, digits)} to {number(hi, digits)}"))
    return join(parts)


def _plain(column: str, digits: int) -> Callable[[Row], str]:
    return lambda row: number(row.get(column), digits)


def _latency(name: str) -> Column:
    stem = f"latency_{name}"

    def cell(row: Row) -> str:
        value, lo, hi = (row.get(f"{stem}{end}_ms") for end in ("", "_lo", "_hi"))
        return between(value, lo, hi, 2)

    return Column(f"{name} ms", cell)


def _memory(row: Row) -> str:
    peak = row.get("peak_vram_allocated_bytes")
    peak = row.get("peak_rss_bytes") if peak is None else peak
    return number(None if peak is None else peak / _MIB, 0)


def _metric(row: Row) -> str:
    value = row.get("metric_value")
    if value is None:
        return NOTHING
    shown = between(value, row.get("metric_lo"), row.get("metric_hi"), 1)
    return join([f"{row['metric_name']} ", shown])


_TOKENS = (
    Column("tokens/word", _plain("tokens_per_word", 2)),
    Column("tokens/char", _plain("tokens_per_char", 2)),
    Column("tokens/English", _plain("tokens_relative_to_english", 2)),
)
_LATENCY = tuple(_latency(name) for name in ("p50", "p95", "p99"))
_COST = (
    Column("examples/s", _plain("throughput_examples_per_s", 1)),
    Column("tokens/s", _plain("throughput_tokens_per_s", 0)),
    Column("peak MiB", _memory),
)

COLUMNS = {
    "single-stream": (
        *_TOKENS,
        *_LATENCY,
        Column("end to end p50 ms", _plain("end_to_end_p50_ms", 2)),
        *_COST,
        Column("J/example", _plain("energy_j_per_example", 3), "energy_j_per_example"),
    ),
    "offline": (
        *_LATENCY,
        Column("padding efficiency", _plain("padding_efficiency", 3)),
        *_COST,
        Column("J/example", _plain("energy_j_per_example", 3), "energy_j_per_example"),
        Column("examples", _plain("n_examples", 0)),
        Column("cut", _plain("n_truncated", 0)),
        Column("metric", _metric),
    ),
}
CAPTIONS = {
    "single-stream": "single-stream: one example at a time; latency of copy and forward pass",
    "offline": "offline: all examples in batches; latency of a batch; cut: examples that lost "
    "tokens at the maximum length",
}
