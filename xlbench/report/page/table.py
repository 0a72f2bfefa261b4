"""A table of the page: sticky head and first column, ready to be sorted and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.report.markup import Markup, element
from xlbench.report.numbers import DASH


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head.

    Attributes:
        name: as it is read.
        text: whether it holds words; numbers stand to the right.
        choice: whether a reader may pick one of its values.
    """

    name: str
    text: bool = False
    choice: bool = False


def table(
    name: str,
    caption: str,
    heads: Sequence[Head],
    rows: Sequence[Sequence[str]],
    marked: Sequence[int] = (),
) -> Markup:
    """Return the table in a frame that scrolls by itself.

    Columns in which every line has a dash are left out, except the first.

    Args:
        name: its id; that of the frame too.
        caption: a line above it.
        heads: of the columns; the first names the line.
        rows: their cells, escaped where they are not markup.
        marked: numbers of rows that failed.
    """
    kept = [n for n in range(len(heads)) if n == 0 or any(row[n] not in (DASH, "") for row in rows)]
    head = [
        element(
            "th",
            heads[n].name,
            scope="col",
            **({"class_": "text"} if heads[n].text else {}),
            **({"data_choice": ""} if heads[n].choice else {}),
        )
        for n in kept
    ]
    lines = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(_cell(row[n], heads[n]) for n in kept[1:]),
            **({"class_": "failed"} if number in marked else {}),
        )
        for number, row in enumerate(rows)
    ]
    made = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", *head)),
        element("tbody", *lines),
        id=name,
    )
    # The frame scrolls, so it must be reached by the keyboard and have a name.
    return element(
        "div", made, class_="frame", tabindex="0", role="region", aria_label=f"Table: {caption}"
    )


def _cell(value: str, head: Head) -> Markup:
    return element("td", value, class_="text") if head.text else element("td", value)
