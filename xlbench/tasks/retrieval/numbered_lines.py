"""Reader of two files of numbered sentences and the pairs among them.

Lines are ``id TAB sentence``, of the gold file ``source id TAB target id`` (Zweigenbaum et
al. 2018, the shared task's format). The sets are large (up to 460,000 sentences a side), so
only the gold pairs are held; sentences stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from xlbench.data.lines import read_lines
from xlbench.data.malformed import MalformedRows
from xlbench.printable import shown
from xlbench.tasks.retrieval.example import SentenceExample


@dataclass(frozen=True, slots=True)
class NumberedFiles:
    """The files of one split; ``gold`` is ``None`` where the pairs are not known."""

    source: Path
    target: Path
    gold: Path | None


def read_numbered(
    files: NumberedFiles, split: str, bad: MalformedRows, limit: int | None = None
) -> Iterator[SentenceExample]:
    """Yield the split's source sentences, then its English ones, each in file order.

    Args:
        files: where they stand.
        split: ``test`` or ``dev``, as the examples will carry it.
        bad: what to do with malformed rows. A sentence whose partner is left out stays and
            has no translation.
        limit: the first so many source sentences, the targets that translate them, and other
            targets in file order up to as many; two passes over the target file.
    """
    gold = None if files.gold is None else _gold(files, files.gold, bad)
    wanted: set[str] = set()
    for row_id, text in islice(_rows(files.source, bad), limit):
        targets = None if gold is None else gold.get(row_id, ())
        wanted.update(targets or ())
        yield SentenceExample(row_id, text, "source", split, targets)
    others = None if limit is None else max(0, limit - len(wanted))
    for row_id, text in _rows(files.target, bad):
        if row_id not in wanted and others is not None:
            if others == 0:
                continue
            others -= 1
        yield SentenceExample(row_id, text, "target", split, None)


def _rows(path: Path, bad: MalformedRows) -> Iterator[tuple[str, str]]:
    """Yield ids and sentences; of an id that comes again only the first is used."""
    seen: set[str] = set()
    for row, line in read_lines(path, bad):
        if line is None:
            continue
        row_id, tab, text = line.partition("\t")
        if not tab or not row_id.strip() or not text.strip():
            found = "no tab" if not tab else "an empty column"
            bad.report(path, row, f"expected 2 columns (id and sentence), found {found}")
            continue
        key = row_id.strip()
        if key in seen:
            bad.report(path, row, f"expected a new id, found {shown(key)} a second time")
            continue
        seen.add(key)
        yield key, text


def _gold(files: NumberedFiles, gold: Path, bad: MalformedRows) -> dict[str, tuple[str, ...]]:
    """Return the target ids of each source id, pairs with unknown ids reported."""
    pairs: list[tuple[int, str, str]] = []
    for row, line in read_lines(gold, bad):
        if line is None:
            continue
        fields = line.split("\t")
        if len(fields) != 2:
            problem = f"expected 2 columns (source id and target id), found {len(fields)}"
            bad.report(gold, row, problem)
            continue
        pairs.append((row, fields[0].strip(), fields[1].strip()))
    sources = _present({source for _, source, _ in pairs}, files.source, bad)
    targets = _present({target for _, _, target in pairs}, files.target, bad)
    known: dict[str, dict[str, None]] = {}
    for row, source, target in pairs:
        for row_id, there, file in (
            (source, sources, files.source),
            (target, targets, files.target),
        ):
            if row_id not in there:
                bad.report(gold, row, f"expected an id of {file.name}, found {shown(row_id)}")
        if source in sources and target in targets:
            known.setdefault(source, {})[target] = None
    return {source: tuple(own) for source, own in known.items()}


def _present(ids: set[str], path: Path, bad: MalformedRows) -> set[str]:
    return {row_id for row_id, _ in _rows(path, bad) if row_id in ids}
