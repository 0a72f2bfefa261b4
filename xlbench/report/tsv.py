"""Tab-separated values: the form in which a table goes to another program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlbench.printable import printable

_BREAKS = str.maketrans("\t\n\r", "   ")


def tsv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a line of names and one for each row; a null is an empty field.

    Numbers have six significant digits. A tab or line break within a text is a space, other
    control characters are written out.
    """
    lines = [names, *([_field(value) for value in row] for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines)


def _field(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Mapping):
        return ",".join(f"{key}={_field(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(_field, value))
    text = str(value).translate(_BREAKS)
    return printable(text, limit=len(text))
