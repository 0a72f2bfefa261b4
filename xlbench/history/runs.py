"""The runs of a history: the result folders below a folder, each run once, in time order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xlbench.errors import UserError
from xlbench.probes.environment import machine_fingerprint
from xlbench.results.manifest import MANIFEST, Manifest
from xlbench.results.result import Result, read_result


@dataclass(frozen=True, slots=True)
class Run:
    """One run.

    Attributes:
        name: of its folder.
        run_id: identity of the run.
        started: UTC, ISO 8601.
    """

    name: str
    run_id: str
    started: str


@dataclass(frozen=True, slots=True)
class Runs:
    """The results of a folder.

    Attributes:
        results: in time order, each with its run.
        notes: what was left out, and why.
    """

    results: tuple[tuple[Run, Result], ...]
    notes: tuple[str, ...]


def runs(folder: Path) -> Runs:
    """Return the runs whose result folders are in ``folder``, or the one that it is.

    A folder that can't be read is left out by name, as is a run that went on on another
    machine. Copies of a run are one run: the copy that measured the longest is taken.

    Raises:
        UserError: there is no result folder.
    """
    found = _folders(folder)
    if not found:
        raise UserError(
            f"{folder}: no result folder in it (none has a {MANIFEST}); expected the "
            "folder that holds what `xlbench run --out` wrote"
        )
    notes: list[str] = []
    readable = []
    for place in found:
        try:
            result = read_result(place)
        except UserError as error:
            notes.append(f"{place.name} is left out: {error}")
            continue
        manifest = result.manifest
        if not manifest.segments:
            notes.append(f"{place.name} is left out: its {MANIFEST} tells of no measuring")
        elif _moved(manifest):
            notes.append(f"{place.name} is left out: it was resumed on another machine")
        else:
            readable.append(result)
    kept = _once(readable, notes)
    kept.sort(key=lambda entry: (entry[0].started, entry[0].name))
    return Runs(tuple(kept), tuple(notes))


def _folders(folder: Path) -> list[Path]:
    if (folder / MANIFEST).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def _once(results: Iterable[Result], notes: list[str]) -> list[tuple[Run, Result]]:
    copies: dict[str, list[Result]] = {}
    for result in results:
        copies.setdefault(result.manifest.run_id, []).append(result)
    kept = []
    for run_id, same in copies.items():
        chosen = max(same, key=lambda r: (len(r.manifest.segments), _ended(r.manifest)))
        run = Run(chosen.folder.name, run_id, chosen.manifest.segments[0].started)
        kept.append((run, chosen))
        notes += [
            f"{other.folder.name} is left out: it is the run of {run.name} once more ({run_id})"
            for other in same
            if other is not chosen
        ]
    return kept


def _ended(manifest: Manifest) -> str:
    return manifest.segments[-1].ended or ""


def _moved(manifest: Manifest) -> bool:
    hosts = [segment.host for segment in manifest.segments if segment.host]
    return len({machine_fingerprint(host) for host in hosts}) > 1
