"""A picture as SVG: within a page its colours follow the page, as a file it brings its own."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.draw.outline import ROUND, outline
from xlbench.report.draw.palette import DARK, LIGHT, variables
from xlbench.report.draw.scene import SERIES, Box, Curve, Line, Mark, Picture, Shape, Text
from xlbench.report.markup import Markup, element

FONT = "font-family: system-ui, 'DejaVu Sans', 'Noto Sans', sans-serif;"
_ROLES = ("ink", "soft", "grid", "ground", "accent", *(f"series{n}" for n in range(SERIES)))
STYLE = (
    f".picture {{ {FONT} }} .picture text {{ paint-order: stroke; stroke: var(--ground);"
    " stroke-width: 3px; stroke-linejoin: round; }"
    " .picture .faint { opacity: .35; } .picture .area { opacity: .2; }"
    + "".join(
        f" .picture .{role} {{ stroke: var(--{role}); }}"
        f" .picture .f-{role} {{ fill: var(--{role}); }}"
        for role in _ROLES
    )
    + " .picture .hollow { fill: var(--ground); }"
)
"""What a page needs for the pictures in it, beside the palette's variables."""


def inline(picture: Picture) -> Markup:
    """Return the picture for a page whose style sheet has ``STYLE`` and the palette."""
    return element(
        "svg",
        element("title", picture.title),
        element("desc", picture.description),
        *map(_shape, picture.shapes),
        viewBox=f"0 0 {picture.width:g} {picture.height:g}",
        role="img",
        class_="picture",
        aria_label=f"{picture.title}. {picture.description}",
    )


def svg_file(picture: Picture) -> bytes:
    """Return the picture as a file of its own, for light and dark ground."""
    style = (
        f"svg {{ {variables(LIGHT)} background: var(--ground); color-scheme: light dark; }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {variables(DARK)} }} }} {STYLE}"
    )
    made = element(
        "svg",
        element("title", picture.title),
        element("desc", picture.description),
        element("style", Markup(style)),
        *map(_shape, picture.shapes),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {picture.width:g} {picture.height:g}",
        width=f"{picture.width:g}",
        height=f"{picture.height:g}",
        role="img",
        class_="picture",
    )
    return f"{made}\n".encode()


def _shape(shape: Shape) -> Markup:
    match shape:
        case Line():
            return _line(shape)
        case Box():
            return _box(shape)
        case Curve():
            return _curve(shape)
        case Mark():
            return _mark(shape)
        case Text():
            return _text(shape)


def _line(line: Line) -> Markup:
    more = {} if line.width == 1 else {"stroke_width": f"{line.width:g}"}
    if line.dashed:
        more["stroke_dasharray"] = "4 3"
    return element(
        "line",
        x1=_px(line.x1),
        y1=_px(line.y1),
        x2=_px(line.x2),
        y2=_px(line.y2),
        class_=f"{line.role} faint" if line.faint else line.role,
        **more,
    )


def _box(box: Box) -> Markup:
    return element(
        "rect",
        *_told(box.told),
        x=_px(box.x),
        y=_px(box.y),
        width=_px(box.width),
        height=_px(box.height),
        class_=f"f-{box.role} faint" if box.faint else f"f-{box.role}",
    )


def _curve(curve: Curve) -> Markup:
    ends = "M" + "L".join(f"{_px(x)} {_px(y)}" for x, y in curve.points)
    if curve.filled:
        return element("path", d=f"{ends}Z", class_=f"f-{curve.role} area")
    more = {"stroke_dasharray": "4 3"} if curve.dashed else {}
    return element(
        "path", d=ends, fill="none", stroke_width=f"{curve.width:g}", class_=curve.role, **more
    )


def _mark(mark: Mark) -> Markup:
    kind = f"{mark.role} hollow" if mark.hollow else f"{mark.role} f-{mark.role}"
    told = tuple(_told(mark.told))
    if mark.shape == ROUND:
        return element(
            "circle", *told, cx=_px(mark.x), cy=_px(mark.y), r=_px(mark.size * 0.95), class_=kind
        )
    corners = "L".join(f"{_px(x)} {_px(y)}" for x, y in outline(mark))
    return element("path", *told, d=f"M{corners}Z", class_=kind)


def _text(text: Text) -> Markup:
    more = {"font_weight": "600"} if text.bold else {}
    if text.anchor != "start":
        more["text_anchor"] = text.anchor
    place = {"x": _px(text.x), "y": _px(text.y)}
    if text.upright:
        place = {"transform": f"translate({_px(text.x)} {_px(text.y)}) rotate(-90)"}
    return element(
        "text", text.text, **place, font_size=f"{text.size:g}", class_=f"f-{text.role}", **more
    )


def _told(told: str) -> Iterator[Markup]:
    if told:
        yield element("title", told)


def _px(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
