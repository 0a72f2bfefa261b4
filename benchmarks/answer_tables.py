"""The tables of ``answer.py``: changes of metrics over seeds, and latency and memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from xlbench.stats.student import quantile
from xlbench.tasks.catalogue import TASKS
from xlbench.train.plan import RETRIEVAL

Cell = Mapping[str, Any]
LAYER = "@retrieval_layer="
"""Between the name of an arm and the layer that its sentences are read at."""
Read = tuple[str, int | None]
"""A task, and the layer that its sentences are read at where that was asked for."""
Values = Mapping[tuple[str, Read, str], Mapping[int, float]]
"""By kind of suite, task as it is read, and language: the metric of each seed."""


def metric_changes(cells: Iterable[Cell], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each kind but the first, task and language (and ``mean``) the change.

    Cells of an arm ``NAME@retrieval_layer=N`` are rows of their own, with ``layer`` N. The same
    seed of a kind and of the first one, the base, is a pair; a seed that either lacks is none.
    ``delta`` is the mean over pairs of the suite's metric less the base's, ``lo`` and ``hi`` its
    95 % interval from the spread between pairs (Student's t), null with fewer than two. ``mean``
    is over the same languages of each seed: where some lack some, over the block of seeds and
    languages that is whole and largest. Retrieval reads the base as it was pretrained, whatever
    the seed: one seed's cell stands for those that others lack. Cells flagged ``shared-rows`` are
    told, and cells without a metric are left out.
    """
    values, shared = _by_seed(cells, kinds)
    rows = []
    for kind in kinds[1:]:
        for read in sorted({read for _, read, _ in values}, key=_in_order):
            pairs = dict(_pairs(values, kinds[0], kind, read))
            languages, means = _means(pairs)
            for language, of_seed in {"mean": means, **pairs}.items():
                if of_seed:
                    row = {"suite": kind, "task": read[0], "layer": read[1], "language": language}
                    row |= {"shared_rows": (kind, read[0]) in shared, "languages": languages}
                    rows.append({**row, **_change(of_seed)})
    return rows


def _in_order(read: Read) -> tuple[int, int]:
    task, layer = read
    return list(TASKS).index(task), -1 if layer is None else layer


def dev_scores(cards: Iterable[Mapping[str, Any]], kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return for each part of each kind its score on the English development set, by seed.

    Args:
        cards: of `xlbench train`, each with its ``suite``.
        kinds: of suites, the base first.
    """
    found: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    for card in cards:
        kind, seed = kind_and_seed(card["suite"], kinds)
        for name, scores in card["dev"].items():
            found[kind, card["part"], name][seed] = next(iter(scores.values()))
    return [
        {"suite": kind, "part": part, "set": name, "by_seed": dict(sorted(scores.items()))}
        for kind in kinds
        for (of, part, name), scores in found.items()
        if of == kind
    ]


def kind_and_seed(arm: str, kinds: Sequence[str]) -> tuple[str, int]:
    """Return what an arm is one of, and its seed; of a suite trained once that is 1."""
    if arm in kinds:
        return arm, 1
    kind, _, seed = arm.rpartition("-s")
    return kind, int(seed)


def _by_seed(cells: Iterable[Cell], kinds: Sequence[str]) -> tuple[Values, set[tuple[str, str]]]:
    values: dict[tuple[str, Read, str], dict[int, float]] = defaultdict(dict)
    shared = set()
    for cell in cells:
        if cell["metric_value"] is None:
            continue
        arm, _, layer = cell["arm"].partition(LAYER)
        kind, seed = kind_and_seed(arm, kinds)
        read = cell["task"], int(layer) if layer else None
        values[kind, read, cell["language"]][seed] = cell["metric_value"]
        if "shared-rows" in cell["flags"]:
            shared.add((kind, cell["task"]))
    return values, shared


def _pairs(
    values: Values, base: str, kind: str, read: Read
) -> Iterator[tuple[str, dict[int, tuple[float, float]]]]:
    """Yield for each language that both have the pairs by seed."""
    for language in sorted(lang for k, r, lang in values if (k, r) == (kind, read)):
        ours, theirs = values[kind, read, language], values.get((base, read, language), {})
        if theirs and read[0] in RETRIEVAL:
            theirs = dict.fromkeys(ours, next(iter(theirs.values()))) | dict(theirs)
        both = {seed: (theirs[seed], ours[seed]) for seed in sorted(ours.keys() & theirs.keys())}
        if both:
            yield language, both


def _means(
    pairs: Mapping[str, Mapping[int, tuple[float, float]]],
) -> tuple[int, dict[int, tuple[float, float]]]:
    """Return of the largest whole block how many languages it has, and each seed's means.

    Of blocks of a size the one of more languages is taken.
    """
    every = sorted({seed for of_seed in pairs.values() for seed in of_seed})
    some = (chosen for n in range(1, len(every) + 1) for chosen in combinations(every, n))
    blocks = [
        (chosen, [lang for lang in pairs if set(chosen) <= set(pairs[lang])]) for chosen in some
    ]
    if not blocks:
        return 0, {}
    seeds, languages = max(blocks, key=lambda b: (len(b[0]) * len(b[1]), len(b[1])))
    found = {}
    for seed in seeds:
        base, suite = np.mean([pairs[language][seed] for language in languages], axis=0)
        found[seed] = (float(base), float(suite))
    return len(languages), found


def _change(of_seed: Mapping[int, tuple[float, float]]) -> dict[str, Any]:
    both = np.array(list(of_seed.values()))
    difference = both[:, 1] - both[:, 0]
    n = len(difference)
    half = None
    if n > 1:
        half = quantile(0.975, n - 1) * float(difference.std(ddof=1)) / np.sqrt(n)
    delta = float(difference.mean())
    return {
        "base": float(both[:, 0].mean()),
        "value": float(both[:, 1].mean()),
        "delta": delta,
        "lo": None if half is None else delta - half,
        "hi": None if half is None else delta + half,
        "seeds": list(of_seed),
    }


def as_markdown(found: Mapping[str, Any]) -> str:
    """Return the means over languages with their intervals and verdicts, the scores on English
    development sets, and the changes by language."""
    parts = [_of_means(found), _of_dev_sets(found["dev"]), _by_language(found["metrics"])]
    return "\n\n".join("\n".join(lines) for lines in parts if len(lines) > 2) + "\n"


def _of_means(found: Mapping[str, Any]) -> list[str]:
    lines = [
        "| suite | task | languages | seeds | base | suite's | change (95 % interval over seeds) | "
        "latency | memory |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in found["metrics"]:
        if row["language"] != "mean":
            continue
        note = " (shared rows)" if row["shared_rows"] else ""
        measured = _of_task(found["latency"].get(row["suite"], {}), row["task"])
        lines.append(
            f"| {row['suite']} | {_title(row)}{note} | {row['languages']} | "
            f"{len(row['seeds'])} | {row['base']:.1f} | {row['value']:.1f} | {_told(row)} | "
            f"{measured['latency']} | {measured['memory']} |"
        )
    return lines


def _of_dev_sets(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| suite | English development set of | scores by seed | mean |",
        "| --- | --- | --- | ---: |",
    ]
    for row in rows:
        scores = list(row["by_seed"].values())
        told = ", ".join(f"{score:.1f}" for score in scores)
        lines.append(f"| {row['suite']} | {row['set']} | {told} | {np.mean(scores):.1f} |")
    return lines


def _by_language(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    suites = list(dict.fromkeys(row["suite"] for row in rows))
    lines = [
        "| task | language | base | " + " | ".join(suites) + " |",
        "| --- | --- | ---: |" + " ---: |" * len(suites),
    ]
    found = {(_title(row), row["language"], row["suite"]): row for row in rows}
    for title, language in dict.fromkeys((_title(row), row["language"]) for row in rows):
        of = [found.get((title, language, suite)) for suite in suites]
        # Pairs may be of other seeds for another suite: then the base's mean is, too.
        most = max((row for row in of if row), key=lambda row: len(row["seeds"]))
        told = " | ".join("–" if row is None else _told(row) for row in of)
        lines.append(f"| {title} | {language} | {most['base']:.1f} | {told} |")
    return lines


def _title(row: Mapping[str, Any]) -> str:
    title = TASKS[row["task"]].title
    return title if row["layer"] is None else f"{title}, layer {row['layer']}"


def _told(row: Mapping[str, Any]) -> str:
    interval = "–" if row["lo"] is None else f"[{row['lo']:+.1f}, {row['hi']:+.1f}]"
    return f"{row['delta']:+.1f} {interval}"


def _of_task(comparison: Mapping[str, Any], task: str) -> dict[str, str]:
    """The ratios of a task's cells, geometric mean, and how many of them are of which verdict."""
    told = {}
    for name in ("latency", "memory"):
        cells = [c for c in comparison.get("cells", ()) if c["task"] == task]
        found = [c["quantities"].get("memory" if name == "memory" else c["main"]) for c in cells]
        found = [estimate for estimate in found if estimate and estimate["ratio"] is not None]
        verdicts = [estimate["verdict"] for estimate in found]
        counts = ", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts)))
        mean = np.exp(np.mean([np.log(estimate["ratio"]) for estimate in found])) if found else None
        told[name] = "–" if mean is None else f"{mean:.3f} ({counts})"
    return told
