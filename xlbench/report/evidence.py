"""Under what circumstances a result was measured, as HTML: commands, machine, versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xlbench.report.markup import Markup, element, join
from xlbench.report.recorded import Recorded
from xlbench.results.manifest import Manifest

_SETTINGS = ("data", "limit", "scenarios", "precision", "budget_s", "processes", "seed")


def evidence(result: Recorded) -> Markup:
    """Return the run, its commands and, folded, settings, machine and workers."""
    manifest = result.manifest
    segments = manifest.segments
    commands = [element("div", element("code", command)) for command in result.commands]
    facts = [
        ("command", join(commands)),
        ("run", f"{manifest.run_id}, {manifest.status}"),
        ("measured", f"{segments[0].started} to {segments[-1].ended}" if segments else "not yet"),
        ("xlbench", manifest.xlbench),
        ("data", f"{manifest.data.kind}, {manifest.data.root}"),
        ("machine", manifest.machine),
    ]
    return join([_list(facts), _folded(manifest)])


def _folded(manifest: Manifest) -> Markup:
    workers = manifest.segments[-1].workers if manifest.segments else {}
    groups = {
        "settings": {name: getattr(manifest.settings, name) for name in _SETTINGS},
        "machine": manifest.environment,
        **{f"worker of {arm}": facts for arm, facts in workers.items()},
    }
    parts = [element("summary", "Settings and environment")]
    for name, facts in groups.items():
        parts += [element("h4", name), _list(_flat(facts))]
    return element("details", *parts)


def _flat(facts: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Names and values of what is known, those of a mapping within after its name."""
    for key, value in facts.items():
        name = f"{before}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name} ")
        elif value is not None and value != []:
            yield name, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _list(facts: Iterable[tuple[str, str]]) -> Markup:
    return element(
        "dl", *(join([element("dt", name), element("dd", value)]) for name, value in facts)
    )
