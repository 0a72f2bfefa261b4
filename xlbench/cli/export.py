"""``xlbench export``: the predictions of a run in a layout that others read."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlbench.cli.groups import flag


class Format(StrEnum):
    """Layouts that can be written."""

    xtreme = "xtreme"


def export(
    result: Annotated[Path, typer.Argument(help="Result folder of xlbench run.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write.")],
    layout: Annotated[
        Format,
        typer.Option(
            "--format", help="xtreme: the submission of XTREME, a folder a task, a file a language."
        ),
    ] = Format.xtreme,
    arm: Annotated[
        str | None, typer.Option(help="Whose predictions (default: the only arm of the result).")
    ] = None,
    force: Annotated[
        bool,
        flag(
            "--force",
            "Write to a folder that is not empty; an earlier export in it is replaced.",
        ),
    ] = False,
    as_json: Annotated[bool, flag("--json", "Print JSON.")] = False,
) -> None:
    """Write the predictions of complete tasks for submission; the others are named.

    Example: xlbench export results/demo submission --format xtreme
    """
    from xlbench.export.folder import by_reason
    from xlbench.export.folder import export as write
    from xlbench.results.result import read_result

    done = write(read_result(result), folder, arm, force)
    if as_json:
        summary = {
            "format": layout.value,
            "folder": str(folder),
            "arm": done.arm,
            "tasks": done.lines,
            "incomplete": done.incomplete,
        }
        print(json.dumps(summary, indent=1, ensure_ascii=False))
    else:
        for task, lines in done.lines.items():
            print(f"{task}: {len(lines)} languages, {sum(lines.values()):,} predictions")
        print(f"{done.arm} in {folder}")
    for tasks, why in by_reason(done.incomplete).items():
        print(f"xlbench: note: {tasks}: left out: {why}", file=sys.stderr)
    for note in done.notes:
        print(f"xlbench: note: {note}", file=sys.stderr)
