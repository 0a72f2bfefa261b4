"""Running text that fits a width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.text import Text


def paragraph(text: str, width: int, style: str = "", indent: str = "") -> Iterator[Text]:
    """Yield the lines of a paragraph; those after the first begin with ``indent``.

    A word that is longer than the width, a path say, stands whole on a line of its own.
    """
    lines = textwrap.wrap(
        text,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        yield Text(line, style=style)
