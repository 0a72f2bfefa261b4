"""The pictures of a report as files for a paper: one file a figure and format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from xlbench.report.draw.pdf import pdf_file
from xlbench.report.draw.scene import Picture
from xlbench.report.draw.svg import svg_file
from xlbench.report.pictures.registry import KINDS
from xlbench.report.whole import Whole
from xlbench.results.files import write_bytes

FORMATS: dict[str, Callable[[Picture], bytes]] = {"svg": svg_file, "pdf": pdf_file}
"""How a picture is written, by the ending of its file."""


def write_figures(whole: Whole, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write every figure that the results have; return the files.

    Args:
        whole: the results.
        folder: made where it does not exist.
        formats: of ``FORMATS``.

    Raises:
        UserError: a format needs what is not installed.
        OSError: a file can't be written.
    """
    written = []
    for kind in KINDS:
        for figure in kind.draw(whole):
            for ending in formats:
                path = folder / f"{figure.name}.{ending}"
                write_bytes(path, FORMATS[ending](figure.picture))
                written.append(path)
    return written
