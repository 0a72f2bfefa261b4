"""JSON files of checkpoints, read within bounds: whatever is in them, a ``UserError`` at worst."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xlbench.errors import UserError
from xlbench.printable import shown

_MOST_BYTES = 50_000_000


def read_json_object(file: Path, where: str) -> dict[str, Any]:
    """Return the object that a JSON file holds.

    Args:
        file: the file.
        where: the checkpoint, for messages.

    Raises:
        UserError: it can't be read, is no JSON, or holds something else.
    """
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            raise UserError(
                f"{where}: {file}: expected at most {_MOST_BYTES // 1_000_000} MB of JSON, "
                f"found {size // 1_000_000} MB"
            )
        content = parse_json(file.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{where}: {file} can't be read as JSON ({error})") from None
    if not isinstance(content, dict):
        raise UserError(f"{where}: {file}: expected a JSON object, found {shown(content)}")
    return content


def parse_json(text: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    try:
        return json.loads(text.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
