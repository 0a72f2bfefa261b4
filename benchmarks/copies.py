"""Do copies of one checkpoint take the same memory, however the page cache holds their files?

    python benchmarks/copies.py

Two folders, equal byte by byte, with XLM-R's 250,002 rows of vocabulary. Before each load the page
cache holds none, half or all of the folder's weights, drawn at random.

1. Each load is a process of its own. Resident memory is read after a forward pass, as xlbench loads
   (weights copied out of the mapped file), and as the library does by itself (left in it).
2. ``xlbench compare`` of the two, live: what does it claim of their memory? And does ``xlbench gate
   --max-memory-growth 1.5%`` of what was recorded fail, in either direction?
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from evidence import evidence

import xlbench

EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"
MEASURE = """
import sys
from pathlib import Path
import torch
import xlbench.session.loader
from xlbench.checkpoints import loading
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.resolve import resolve

if sys.argv[2] == "mapped":
    loading.to_anonymous_memory = lambda model: 0
spec = resolve(load_catalogue(), sys.argv[1], "tatoeba")
loaded = loading.load(spec, device=torch.device("cpu"), dtype="fp32", attn=None)
ids = torch.randint(5, 8000, (8, 64), generator=torch.Generator().manual_seed(0))
with torch.inference_mode():
    loaded.model(ids, torch.ones_like(ids))
lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
print(*(int(lines[key].split()[0]) for key in ("RssAnon", "RssFile")), loaded.weights_bytes)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=20, help="of each folder")
    parser.add_argument("--comparisons", type=int, default=20)
    parser.add_argument("--budget", default="2s", help="of each")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/copies.json"))
    arguments = parser.parse_args()
    head = evidence()
    with tempfile.TemporaryDirectory() as folder:
        folders = make(Path(folder))
        found = {
            how: measured(folders, how, arguments.loads, random.Random(arguments.seed))
            for how in ("own", "mapped")
        }
        drawn = random.Random(arguments.seed)
        compared = []
        for number in range(arguments.comparisons):
            out = Path(folder) / f"compared-{number}"
            compared.append(one_comparison(folders, out, arguments.budget, drawn))
            print(f"comparison {number + 1}: {compared[-1]}", flush=True)
    result = {
        **head,
        "loads": arguments.loads,
        "seed": arguments.seed,
        "found": found,
        "comparisons": compared,
    }
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    for how, spread in found.items():
        print(
            f"{how:7} RssAnon {spread['rss_anon_mib'][0]:.1f} to {spread['rss_anon_mib'][1]:.1f}, "
            f"RssFile {spread['rss_file_mib'][0]:.1f} to {spread['rss_file_mib'][1]:.1f} MiB; "
            f"within 0.5 % of the other copy in {spread['equal']} of {arguments.loads}"
        )
    alike = sum(one["memory"] == "equivalent" for one in compared)
    failed = sum(code == 1 for one in compared for code in one["gate_exit_codes"])
    ratios = [one["ratio"] for one in compared]
    print(
        f"compare: memory equivalent in {alike} of {len(compared)}, ratios {min(ratios):.4f} to "
        f"{max(ratios):.4f}; gate at 1.5 % failed {failed} of {2 * len(compared)} times"
    )


def make(folder: Path) -> tuple[Path, Path]:
    """Write a checkpoint twice."""
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.XLMRobertaConfig(
        vocab_size=250_002,
        hidden_size=192,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=768,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    one, other = folder / "one", folder / "other"
    transformers.XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(one)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(EMBEDDED / name, one)
    shutil.copytree(one, other)
    os.sync()  # pages that are not on disk yet can't be dropped from the cache
    return one, other


def measured(
    folders: tuple[Path, Path], how: str, loads: int, drawn: random.Random
) -> dict[str, Any]:
    """Return the spread of resident memory, and in how many pairs of loads both were equal."""
    pairs = []
    for _ in range(loads):
        pair = []
        for folder in folders:
            hold(folder / "model.safetensors", drawn.choice((0.0, 0.5, 1.0)))
            command = [sys.executable, "-c", MEASURE, str(folder), how]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            anon, file, _ = map(int, done.stdout.split())
            pair.append((anon, file))
        pairs.append(pair)
    columns = [[load[i] for pair in pairs for load in pair] for i in (0, 1)]
    anon_mib, file_mib = ([min(c) / 1024, max(c) / 1024] for c in columns)
    equal = sum(all(abs(a / b - 1) <= 0.005 for a, b in zip(*pair, strict=True)) for pair in pairs)
    return {"rss_anon_mib": anon_mib, "rss_file_mib": file_mib, "equal": equal, "kib": pairs}


def one_comparison(
    folders: tuple[Path, Path], out: Path, budget: str, drawn: random.Random
) -> dict[str, Any]:
    """Compare the copies once, live, and gate each against the other on what was recorded."""
    for folder in folders:
        hold(folder / "model.safetensors", drawn.choice((0.0, 0.5, 1.0)))
    one, other = map(str, folders)
    cells = ["--tasks", "tatoeba", "--langs", "tr", "--scenario", "offline"]
    told = xlbench_command("compare", one, other, *cells, "--budget", budget, "--out", str(out))
    if told.returncode:
        raise SystemExit(told.stderr)
    (cell,) = json.loads(told.stdout)["cells"]
    memory = cell["quantities"]["memory"]
    limits = ["--max-memory-growth", "1.5%", "--max-drift", "90%"]
    pairs = ((one, other), (other, one))
    gates = [xlbench_command("gate", f"{out}:{a}", f"{out}:{b}", *limits) for a, b in pairs]
    return {
        "memory": memory["verdict"],
        "ratio": memory["ratio"],
        "interval": [memory["ratio_lo"], memory["ratio_hi"]],
        "gate_exit_codes": [gate.returncode for gate in gates],
    }


def xlbench_command(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of xlbench that prints JSON."""
    command = [sys.executable, "-m", "xlbench", *words]
    json_ = ["--json"] if words[0] == "compare" else ["--format", "json"]
    return subprocess.run([*command, *json_], capture_output=True, text=True, check=False)


def hold(file: Path, share: float) -> None:
    """Have the page cache hold the first part of a file and nothing of the rest."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, size, os.POSIX_FADV_RANDOM)
        os.posix_fadvise(stream.fileno(), 0, size, os.POSIX_FADV_DONTNEED)
        left = int(size * share)
        while left > 0:
            left -= len(stream.read(min(left, 1 << 22))) or left


if __name__ == "__main__":
    main()
