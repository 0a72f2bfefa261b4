"""``xlbench list``: what there is to name on the command line."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from xlbench.cli.show import console


class What(StrEnum):
    """What can be listed."""

    tasks = "tasks"
    langs = "langs"
    checkpoints = "checkpoints"
    suites = "suites"


def list_things(
    what: Annotated[What, typer.Argument(help="tasks, langs, checkpoints or suites.")],
    checkpoints: Annotated[
        Path | None, typer.Option(help="A YAML file of further checkpoints and suites.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List tasks, languages, checkpoints or suites.

    Example: xlbench list checkpoints
    """
    rows = _ROWS[what](checkpoints)
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    from rich.table import Table

    if what is What.checkpoints:
        rows = [_brief(row) for row in rows]
    table = Table(pad_edge=False, caption=_CAPTIONS.get(what), caption_justify="left")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console(140).print(table, highlight=False)


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return "\n".join(f"{key}: {entry}" for key, entry in value.items())
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
    origin = row["from"].replace("/", "/ ") if row["source"] == "hub" else row["from"]
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
}
