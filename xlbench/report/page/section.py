"""A part of the page with its heading, and the contents made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.report.markup import Markup, element


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes:
        name: its anchor.
        title: its heading, and its line in the contents.
        body: what stands below.
    """

    name: str
    title: str
    body: Markup

    def written(self) -> Markup:
        """Return the section as HTML; its heading links to itself."""
        heading = element("h2", element("a", self.title, href=f"#{self.name}"))
        return element("section", heading, self.body, id=self.name)


def contents(sections: Sequence[Section]) -> Markup:
    """Return the list of links to the sections."""
    links = [
        element("li", element("a", section.title, href=f"#{section.name}")) for section in sections
    ]
    return element("nav", element("ul", *links), aria_label="Contents")
