"""What the embedded checkpoints score: on the sample, and on data that they were not trained on.

    python benchmarks/embedded/score.py --data DATA --out benchmarks/results/embedded.json

Left out of DATA, as README.md says why: XQuAD, and PAWS-X but German.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from evidence import evidence

LANGUAGES = {"pawsx": "de"}
CLEAN = ("xnli", "pawsx", "udpos", "panx", "mlqa", "tydiqa", "tatoeba")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="labelled files in XTREME's layout")
    parser.add_argument("--limit", type=int, default=300, help="examples of a cell of DATA")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    found: dict[str, Any] = {**evidence(), "sample": scores("sample", "all", "all", None)}
    if asked.data is not None:
        found["data"] = [
            row
            for task in CLEAN
            for row in scores(str(asked.data), task, LANGUAGES.get(task, "all"), asked.limit)
        ]
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name in ("sample", "data"):
        print(name)
        for row in found.get(name, ()):
            print(
                *(f"{value:.1f}" if isinstance(value, float) else value for value in row.values())
            )


def scores(data: str, tasks: str, languages: str, limit: int | None) -> list[dict[str, Any]]:
    """Return for each suite and task English, the mean over languages and their number."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "xlbench", "run", "--ckpt", "base", "--ckpt", "stilts"]
        command += ["--tasks", tasks, "--langs", languages, "--data", data, "--json"]
        command += ["--scenario", "offline", "--budget", "0s", "--out", f"{place}/run"]
        command += [] if limit is None else ["--limit", str(limit)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    cells = json.loads(done.stdout)["cells"]
    rows = []
    for arm in ("base", "stilts"):
        for task in dict.fromkeys(cell["task"] for cell in cells):
            own = {
                cell["language"]: cell["metric_value"]
                for cell in cells
                if (cell["arm"], cell["task"]) == (arm, task) and cell["metric_value"] is not None
            }
            mean = sum(own.values()) / len(own) if own else None
            rows.append(
                {
                    "suite": arm,
                    "task": task,
                    "english": own.get("en"),
                    "mean": mean,
                    "languages": len(own),
                }
            )
    return rows


if __name__ == "__main__":
    main()
