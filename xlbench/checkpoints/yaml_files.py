"""YAML files that a user writes, read within bounds.

Aliases let a few lines stand for more values than memory holds, nesting without end overruns the
parser. None of that is in a file that somebody wrote by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from xlbench.errors import UserError

_MOST_BYTES = 200_000
_MOST_VALUES = 100_000
_MOST_DEPTH = 50


class _Loader(yaml.SafeLoader):
    """Safe values only, and dates are text."""


_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in resolvers if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(file: Path, what: str) -> Any:
    """Return the value of a YAML file.

    Args:
        file: the file.
        what: what it holds, for messages, e.g. ``catalogue of checkpoints``.

    Raises:
        UserError: it can't be read, is not YAML, or stands for more than anybody wrote.
    """
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            raise UserError(f"{file}: expected at most {_MOST_BYTES} bytes, found {size}")
        text = file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: the {what} can't be read ({error})") from None
    try:
        value = yaml.load(text, _Loader)
        values = _values(value, {}, 0)
    except RecursionError:
        raise UserError(f"{file}: nested too deeply for YAML that somebody wrote") from None
    except Exception as error:  # the parser's own, and those of Python's numbers
        reason = " ".join(str(error).split())
        raise UserError(f"{file}: not valid YAML: {reason[:300]}") from None
    if values > _MOST_VALUES:
        raise UserError(
            f"{file}: its aliases stand for more than {_MOST_VALUES} values; write them out"
        )
    return value


def _values(value: Any, known: dict[int, int], depth: int) -> int:
    """Return how many values a value stands for, each alias written out."""
    if not isinstance(value, dict | list | tuple | set):
        return 1
    if id(value) not in known:
        if depth > _MOST_DEPTH:
            raise RecursionError
        known[id(value)] = _MOST_VALUES  # of itself, if an alias leads back to it
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
        known[id(value)] = 1 + sum(_values(part, known, depth + 1) for part in parts)
    return known[id(value)]
