"""Colours by role, for light and dark ground.

The series are those of Okabe and Ito (2008, Color Universal Design), darkened or lightened
until each has a contrast of at least 3 to its ground (WCAG 2.2, 1.4.11), texts of 4.5.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#ffffff",
    "ink": "#1b1f24",
    "soft": "#57606a",
    "grid": "#d8dde3",
    "accent": "#57606a",
    "series0": "#0b62a4",
    "series1": "#c2410c",
    "series2": "#0a7a58",
    "series3": "#a3388a",
    "series4": "#8a6100",
    "series5": "#3f4a5a",
}
DARK = {
    "ground": "#14171b",
    "ink": "#e8eaed",
    "soft": "#a3abb5",
    "grid": "#353b43",
    "accent": "#a3abb5",
    "series0": "#63b3f2",
    "series1": "#ff9a57",
    "series2": "#46cf9f",
    "series3": "#ea8fd3",
    "series4": "#e6b93c",
    "series5": "#b8c2cf",
}


def variables(palette: dict[str, str]) -> str:
    """Return the palette as CSS variables, ``--series0`` and so on."""
    return " ".join(f"--{role}: {colour};" for role, colour in palette.items())
