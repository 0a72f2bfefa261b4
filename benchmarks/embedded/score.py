"""What the embedded checkpoints score: on the sample, and on data that they were not trained on.

    python benchmarks/embedded/score.py --data DATA --trained TRAINED \
        --runs RUNS --out benchmarks/results/embedded.json

Scores stand by task and language, in English beside what chance has (``chance.py``). TRAINED is
what ``make.py`` left: scores on the English development sets are in the cards there. Left out of
DATA, as README.md says why: XQuAD, and PAWS-X but German. A call that was killed goes on with what
is in RUNS.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[1]))
from chance import chance
from evidence import evidence

from xlbench.data.open import open_source
from xlbench.tasks.catalogue import TASKS

SUITES = ("base", "stilts")
LANGUAGES = {"pawsx": "de"}
CLEAN = ("xnli", "pawsx", "udpos", "panx", "mlqa", "tydiqa", "bucc2018", "tatoeba")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="labelled files in XTREME's layout")
    parser.add_argument("--trained", type=Path, help="folder of SUITE/PART/training.json")
    parser.add_argument("--limit", type=int, default=300, help="examples of a cell of DATA")
    parser.add_argument("--runs", type=Path, required=True, help="folder for the results of runs")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    found: dict[str, Any] = {**evidence(), "limit_of_data": asked.limit}
    found["sample"] = scores("sample", "all", "all", None, asked.runs / "sample")
    found["data"] = []
    for task in CLEAN if asked.data is not None else ():
        languages = LANGUAGES.get(task, "all")
        found["data"] += scores(str(asked.data), task, languages, asked.limit, asked.runs / task)
    if asked.data is not None:
        found["chance_on_development_sets"] = by_chance(asked.data)
    if asked.trained is not None:
        found["training"] = cards(asked.trained)
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name in ("sample", "data"):
        print(as_markdown(name, found[name]))


def scores(
    data: str, tasks: str, languages: str, limit: int | None, out: Path
) -> list[dict[str, Any]]:
    """Return for each suite and task the score by language, the mean, and chance in English."""
    command = [sys.executable, "-m", "xlbench", "run", "--out", str(out)]
    manifest = out / "run.json"
    begun = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else None
    if begun is not None:
        command += ["--resume"]
    else:
        command += [word for suite in SUITES for word in ("--ckpt", suite)]
        command += ["--tasks", tasks, "--langs", languages, "--data", data]
        command += ["--scenario", "offline", "--budget", "0s"]
        command += [] if limit is None else ["--limit", str(limit)]
    if begun is None or begun["status"] != "finished":
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    columns = ["arm", "task", "language", "metric_value"]
    cells = pq.read_table(out / "cells.parquet", columns=columns).to_pylist()
    rows = []
    for task in dict.fromkeys(cell["task"] for cell in cells):
        guessed = english_by_chance(data, task, limit)
        for suite in SUITES:
            own = {
                cell["language"]: round(cell["metric_value"], 2)
                for cell in cells
                if (cell["arm"], cell["task"]) == (suite, task) and cell["metric_value"] is not None
            }
            row = {"suite": suite, "task": task, "metric": TASKS[task].metric}
            row |= {"mean": sum(own.values()) / len(own) if own else None}
            rows.append({**row, "chance_in_english": guessed, "by_language": own})
    return rows


def english_by_chance(data: str, task: str, limit: int | None) -> float | None:
    """Return what chance scores on the English cell, ``None`` where there is none."""
    source = open_source(data, TASKS)
    if "en" not in source.languages(task):
        return None
    return chance(TASKS[task], "en", list(source.examples(task, "en"))[:limit])


def by_chance(data: Path) -> dict[str, float]:
    """Return what chance scores on the English development sets that heads were chosen by."""
    source = open_source(str(data), TASKS, split="dev")
    return {
        task: chance(TASKS[task], "en", list(source.examples(task, "en")))
        for task in ("xnli", "pawsx", "udpos", "panx")
        if "en" in source.languages(task)
    }


def cards(folder: Path) -> list[dict[str, Any]]:
    """Return what each training says of itself."""
    kept = ("dev", "steps", "recipe", "seed", "shared_rows", "seconds")
    found = []
    for file in sorted(folder.glob("*/*/training.json")):
        card = json.loads(file.read_text(encoding="utf-8"))
        place = {"suite": file.parent.parent.name, "part": file.parent.name}
        found.append({**place, **{name: card[name] for name in kept if name in card}})
    return found


def as_markdown(name: str, rows: list[dict[str, Any]]) -> str:
    """Return a table of English, chance and the mean over languages."""
    lines = [f"| {name} | suite | English | by chance | mean | languages |"]
    lines += ["| --- | --- | ---: | ---: | ---: | ---: |"]
    for row in rows:
        english, guessed = row["by_language"].get("en"), row["chance_in_english"]
        lines.append(
            f"| {TASKS[row['task']].title} | {row['suite']} | {_told(english)} | {_told(guessed)} "
            f"| {_told(row['mean'])} | {len(row['by_language'])} |"
        )
    return "\n".join(lines) + "\n"


def _told(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    main()
