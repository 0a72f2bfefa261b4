"""Programs that make exports, so that no worker carries what making them leaves in memory."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xlbench.errors import UserError
from xlbench.workers.launch import Launch, last_words
from xlbench.workers.serve import die_with_parent

_SAID, _REFUSED = "said.json", "refused.json"


def run_in(folder: Path, make: Callable[[], Mapping[str, Any]]) -> None:
    """As such a program: leave what ``make`` returns, or the reason of a ``UserError``, there."""
    die_with_parent()
    try:
        said = make()
    except UserError as error:
        (folder / _REFUSED).write_text(json.dumps(str(error)), encoding="utf-8")
        sys.exit(2)
    (folder / _SAID).write_text(json.dumps(dict(said)), encoding="utf-8")


def made_by(program: str, what: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """Run such a program and return what it said.

    Args:
        program: module with ``main(folder, *arguments)``.
        what: it makes, for an error.
        folder: that it makes it in.

    Raises:
        UserError: it can't be made.
    """
    with tempfile.TemporaryFile() as told:
        process = Launch().popen(program, (), told, str(folder), *arguments)
        try:
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        words = last_words(told).splitlines()
    if (folder / _REFUSED).exists():
        raise UserError(str(_taken(folder / _REFUSED)))
    if code:
        ended = f"with exit code {code}" if code > 0 else f"by signal {-code} (out of memory?)"
        raise UserError(f"{what} failed {ended}: {words[-1] if words else 'it said nothing'}")
    said: dict[str, Any] = _taken(folder / _SAID)
    return said


def _taken(path: Path) -> Any:
    value = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    return value
