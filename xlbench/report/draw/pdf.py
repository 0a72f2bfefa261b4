"""A picture as PDF, with its fonts in it, as papers need it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from xlbench.errors import UserError
from xlbench.report.draw.outline import outline
from xlbench.report.draw.palette import LIGHT
from xlbench.report.draw.scene import Box, Curve, Line, Mark, Picture, Shape, Text

_PX_PER_INCH = 96.0
_POINTS = 72.0 / _PX_PER_INCH
_DASHES = (0, (4 * _POINTS, 3 * _POINTS))


def pdf_file(picture: Picture) -> bytes:
    """Return the picture as a PDF of one page in the light palette; texts stay texts.

    Raises:
        UserError: matplotlib, which writes it, is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_pdf import FigureCanvasPdf
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise UserError(
            f"figures as PDF need {error.name}: pip install 'xlbench[plots]', or ask for SVG only"
        ) from None
    # Type 42: the glyphs of TrueType, which journals accept where they refuse Type 3.
    with matplotlib.rc_context({"pdf.fonttype": 42, "svg.fonttype": "none"}):
        size = (picture.width / _PX_PER_INCH, picture.height / _PX_PER_INCH)
        figure = Figure(figsize=size)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0, picture.width)
        axes.set_ylim(picture.height, 0)
        axes.axis("off")
        for order, shape in enumerate(picture.shapes):
            _draw(axes, shape, order)
        made = BytesIO()
        # No date: the same picture is the same file.
        about = {"Title": picture.title, "CreationDate": None}
        canvas: Any = FigureCanvasPdf(figure)
        canvas.print_pdf(made, metadata=about)
    return made.getvalue()


def _draw(axes: Any, shape: Shape, order: int) -> None:
    match shape:
        case Line():
            axes.plot(
                (shape.x1, shape.x2),
                (shape.y1, shape.y2),
                color=LIGHT[shape.role],
                linewidth=shape.width * _POINTS,
                linestyle=_DASHES if shape.dashed else "-",
                alpha=0.35 if shape.faint else None,
                solid_capstyle="butt",
                zorder=order,
            )
        case Box():
            x, y = shape.x, shape.y
            corners = ((x, x + shape.width, x + shape.width, x),)
            axes.fill(
                *corners,
                (y, y, y + shape.height, y + shape.height),
                color=LIGHT[shape.role],
                linewidth=0,
                alpha=0.35 if shape.faint else None,
                zorder=order,
            )
        case Curve():
            _curve(axes, shape, order)
        case Mark():
            xs, ys = zip(*outline(shape), strict=True)
            axes.fill(
                xs,
                ys,
                facecolor=LIGHT["ground" if shape.hollow else shape.role],
                edgecolor=LIGHT[shape.role],
                linewidth=_POINTS,
                zorder=order,
            )
        case Text():
            axes.text(
                shape.x,
                shape.y,
                # Dollars would begin a formula.
                shape.text.replace("$", r"\$"),
                color=LIGHT[shape.role],
                fontsize=shape.size * _POINTS,
                fontweight="semibold" if shape.bold else "normal",
                horizontalalignment={"start": "left", "middle": "center", "end": "right"}[
                    "middle" if shape.upright else shape.anchor
                ],
                verticalalignment="center" if shape.upright else "baseline",
                rotation=90 if shape.upright else 0,
                zorder=order,
            )


def _curve(axes: Any, curve: Curve, order: int) -> None:
    xs, ys = zip(*curve.points, strict=True)
    colour = LIGHT[curve.role]
    if curve.filled:
        axes.fill(xs, ys, color=colour, linewidth=0, alpha=0.2, zorder=order)
        return
    axes.plot(
        xs,
        ys,
        color=colour,
        linewidth=curve.width * _POINTS,
        linestyle=_DASHES if curve.dashed else "-",
        zorder=order,
    )
