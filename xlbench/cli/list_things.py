"""``xlbench list``: what there is to name on the command line."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from xlbench.cli.groups import flag
from xlbench.cli.options import one_of
from xlbench.cli.show import Form, form_of, put, terminal_width
from xlbench.errors import UserError


class What(StrEnum):
    """What can be listed."""

    tasks = "tasks"
    langs = "langs"
    checkpoints = "checkpoints"
    suites = "suites"
    columns = "columns"


class ListForm(StrEnum):
    """Forms of a list."""

    text = "text"
    tsv = "tsv"
    markdown = "markdown"


def list_things(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="tasks, langs, checkpoints, suites or columns.",
            autocompletion=lambda: list(What),
        ),
    ],
    checkpoints: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A YAML file of further checkpoints and suites."),
    ] = None,
    form: Annotated[
        ListForm | None,
        typer.Option(
            "--format",
            help="Default: text on a terminal, tsv through a pipe. markdown: the page of all "
            "columns.",
        ),
    ] = None,
    as_json: Annotated[bool, flag("--json", "Print JSON.")] = False,
) -> None:
    """List tasks, languages, checkpoints, suites, or the columns of a result's tables.

    Example: xlbench list checkpoints
    """
    thing = one_of("list", what, tuple(What))
    if form is ListForm.markdown:
        _print_page(thing)
        return
    rows = _ROWS[thing](checkpoints)
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
    elif form_of(None if form is None else Form(form.value)) is Form.tsv:
        from xlbench.report.tsv import tsv

        names = list(dict.fromkeys(name for row in rows for name in row))
        print(tsv(names, [[row.get(name) for name in names] for row in rows]), end="")
    else:
        _print_table(thing, [_brief(row) for row in rows] if thing is What.checkpoints else rows)


def _print_page(thing: What) -> None:
    from xlbench.report.columns import columns_page

    if thing is not What.columns:
        raise UserError(f"--format markdown: a page of the columns alone, not of {thing.value}")
    print(columns_page(), end="")


def _print_table(thing: What, rows: list[dict[str, Any]]) -> None:
    from xlbench.report.fitted import Column, Fitted
    from xlbench.report.paragraph import paragraph

    columns = [
        Column(
            name,
            rank=_RANKS.get(name, 0),
            right=False,
            head=name.replace("_", " "),
            wraps=name in _RUNNING_TEXT,
        )
        for name in rows[0]
    ]
    width = terminal_width()
    table = Fitted(columns, [[_cell(value) for value in row.values()] for row in rows])
    put(table.lines(width))
    if table.left_out(width):
        names = ", ".join(table.left_out(width))
        put(paragraph(f"No room for: {names}. All is in --json.", width, "dim"))
    put(paragraph(_CAPTIONS.get(thing, ""), width, "dim"))


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {entry}" for key, entry in value.items())
    return "–" if value is None else str(value)


def _tasks(_: Path | None) -> list[dict[str, Any]]:
    from xlbench.tasks.catalogue import TASKS

    return [
        {
            "task": task.name,
            "title": task.title,
            "kind": task.kind.name,
            "metric": task.metric,
            "max_length": task.max_length,
            "languages": list(task.languages),
        }
        for task in TASKS.values()
    ]


def _langs(_: Path | None) -> list[dict[str, Any]]:
    from xlbench.languages import LANGUAGES
    from xlbench.tasks.catalogue import TASKS

    return [
        {
            "code": language.code,
            "name": language.name,
            "script": list(language.scripts),
            "spaced": language.spaced,
            "tasks": [task.name for task in TASKS.values() if language.code in task.languages],
        }
        for language in LANGUAGES.values()
    ]


def _checkpoints(extra: Path | None) -> list[dict[str, Any]]:
    from xlbench.checkpoints.abilities import abilities
    from xlbench.checkpoints.catalogue import load_catalogue

    return [abilities(entry) for entry in load_catalogue(extra).entries.values()]


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    """A checkpoint as a line of the table: retrieval goes without saying, hashes are cut."""
    size, parameters = row["layers"], row["encoder_parameters"]
    origin = row["from"]
    revision = f" @{row['revision'][:7]}" if row["revision"] else ""
    return {
        "checkpoint": row["checkpoint"],
        "base model": row["base_model"],
        "intermediate": row["intermediate"],
        "tasks": row["tasks"],
        "head": row["head"].replace("-", " "),
        "layers": size and f"{size} x {row['hidden_size']}",
        "encoder": parameters and f"{parameters / 1e6:.3g} M",
        "from": origin + revision,
        "network": "once" if row["network"] else "no",
    }


def _suites(extra: Path | None) -> list[dict[str, Any]]:
    from xlbench.checkpoints.catalogue import load_catalogue

    return [
        {"suite": suite.name, "description": suite.description, "checkpoints": suite.checkpoints}
        for suite in load_catalogue(extra).suites.values()
    ]


def _columns(_: Path | None) -> list[dict[str, Any]]:
    from xlbench.report.columns import column_rows

    return list(column_rows())


_RUNNING_TEXT = {"languages", "tasks", "description", "checkpoints", "head", "base model"}
_RANKS = {"network": 2, "base model": 3, "from": 4, "intermediate": 1, "spaced": 1, "max_length": 1}
_CAPTIONS = {
    What.checkpoints: "tasks: those with a head for it; every checkpoint can do bucc2018 and "
    "tatoeba, and with --weights random all nine. encoder: parameters without head. network: "
    "once, then it is in the Hub's cache; with --weights random none where layers are given.",
}
_ROWS = {
    What.tasks: _tasks,
    What.langs: _langs,
    What.checkpoints: _checkpoints,
    What.suites: _suites,
    What.columns: _columns,
}
