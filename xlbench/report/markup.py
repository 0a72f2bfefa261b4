"""HTML and SVG as values: text is escaped unless it is markup already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as escape_markup

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What no XML file may hold, not even escaped (XML 1.0, section 2.2)."""


class Markup(str):
    """Text that is HTML and needs no escaping."""

    __slots__ = ()


_VOID = ("meta", "br", "input", "line", "circle", "rect", "path")


def element(name: str, /, *children: str, **attributes: str | float) -> Markup:
    """Return an element with escaped attributes and children.

    Args:
        name: of the element.
        children: markup, or text that will be escaped.
        attributes: ``class_`` stands for ``class``, other underscores for hyphens.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    if name in _VOID and not children:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(parts: Sequence[str], between: str = "") -> Markup:
    """Return the parts in a row, escaped where they are not markup."""
    return Markup(escape(between).join(p if isinstance(p, Markup) else escape(p) for p in parts))


def escape(text: str) -> Markup:
    """Return text as markup; characters that XML does not know become a replacement character."""
    return Markup(escape_markup(_NO_XML.sub("\ufffd", text)))
