"""Under what circumstances a result was measured: commands, machine, versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xlbench.printable import printable
from xlbench.report.markup import Markup, element, join
from xlbench.report.whole import Whole
from xlbench.results.manifest import Manifest

_SETTINGS = ("data", "limit", "sample", "scenarios", "precision", "budget_s", "processes", "seed")


def evidence(whole: Whole) -> Markup:
    """Return for each source its run and commands and, folded, settings, machine, workers."""
    parts = []
    for source in whole.sources:
        manifest = source.manifest
        parts += [element("h3", source.name), _list(_run(manifest)), _folded(manifest)]
    return join(parts)


def _run(manifest: Manifest) -> Iterator[tuple[str, str]]:
    segments = manifest.segments
    commands = [element("div", element("code", segment.command)) for segment in segments]
    yield "command", join(commands)
    yield "run", f"{manifest.run_id}, {manifest.status}"
    ended = segments[-1].ended or "an end that was not recorded" if segments else ""
    yield "measured", f"{segments[0].started} to {ended}" if segments else "not yet"
    yield "xlbench", manifest.xlbench
    yield "data", f"{manifest.data.kind}, {manifest.data.root}"
    yield "machine", manifest.machine


def _folded(manifest: Manifest) -> Markup:
    groups = {
        "settings": {name: getattr(manifest.settings, name) for name in _SETTINGS},
        "machine": manifest.environment,
        **{f"worker of {arm}": manifest.worker(arm) for arm in manifest.arms},
    }
    parts = [element("summary", "Settings and environment")]
    for name, told in groups.items():
        parts += [element("h4", name), _list(_flat(told))]
    return element("details", *parts)


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and values of what is known, those of a mapping within after its name."""
    for key, value in told.items():
        name = printable(f"{before}{key}".replace("_", " "))
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name} ")
        elif value is not None and value != []:
            yield name, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else printable(str(value))


def _list(told: Iterable[tuple[str, str]]) -> Markup:
    return element(
        "dl", *(join([element("dt", name), element("dd", value)]) for name, value in told)
    )
