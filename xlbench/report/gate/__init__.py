"""The forms in which a gate's outcome leaves: one file each, a line in ``FORMATS``."""

from __future__ import annotations

from collections.abc import Callable

from xlbench.judge.gate import Gate
from xlbench.report.gate.as_json import as_json
from xlbench.report.gate.github import github
from xlbench.report.gate.junit import junit
from xlbench.report.gate.markdown import markdown
from xlbench.report.gate.text import text

FORMATS: dict[str, Callable[[Gate], str]] = {
    "text": text,
    "json": as_json,
    "junit": junit,
    "github": github,
    "markdown": markdown,
}
