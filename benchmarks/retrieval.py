"""Exact top-k search against faiss's IndexFlatIP: time and memory, side by side.

    python benchmarks/retrieval.py --sentences 10000
    python benchmarks/retrieval.py --sentences 10000 100000 --faiss-python PATH

Every run is a fresh process on the same processors with as many threads; the two alternate,
in random order. Each makes the same seeded vectors, warms up on a small search, then
searches once: n sentences against n, float32. Time includes what must happen before the
first answer, so faiss's copy of the vectors into its index counts, and is named apart.
Memory is the process's high-water mark beyond what it held before the search, the vectors
included there. Without --faiss-python, faiss-cpu is installed into .venv-faiss here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
WARM_UP_SENTENCES = 2000
HEADER = (
    "sentences | xlbench s | faiss s | ratio (range)            | "
    "xlbench MiB | faiss MiB | same indices"
)


def status_bytes(field: str) -> int:
    """Return a line of /proc/self/status (``VmRSS``, ``VmHWM``) in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(field)


def search_xlbench(
    x: np.ndarray, y: np.ndarray, k: int, threads: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return scores, indices and the seconds of preparation."""
    from xlbench.retrieval.search import top_k
    from xlbench.retrieval.vectors import Vectors

    return *top_k(Vectors(x), Vectors(y), k, threads=threads), 0.0


def search_faiss(
    x: np.ndarray, y: np.ndarray, k: int, threads: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return scores, indices and the seconds of preparation."""
    import faiss

    faiss.omp_set_num_threads(threads)
    start = time.perf_counter()
    index = faiss.IndexFlatIP(y.shape[1])
    index.add(y)
    added = time.perf_counter() - start
    return *index.search(x, k), added


def work(args: argparse.Namespace) -> None:
    """Search once in this process and print what it took as JSON."""
    search = {"xlbench": search_xlbench, "faiss": search_faiss}[args.worker]
    draw = np.random.default_rng(args.seed)
    x, y = (draw.standard_normal((args.sentences[0], args.dim), dtype=np.float32) for _ in range(2))
    search(x[:WARM_UP_SENTENCES], y[:WARM_UP_SENTENCES], args.k, args.threads)
    before = status_bytes("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    start = time.perf_counter()
    scores, indices, prepared = search(x, y, args.k, args.threads)
    seconds = time.perf_counter() - start
    extra = status_bytes("VmHWM") - before
    np.savez(args.found, scores=scores, indices=indices)
    print(json.dumps({"seconds": seconds, "prepare_s": prepared, "extra_bytes": extra}))


def run(python: str, worker: str, n: int, args: argparse.Namespace, found: Path) -> dict[str, Any]:
    """Run one worker in a fresh process."""
    threads = str(args.threads)
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, threads), "PYTHONPATH": str(ROOT)}
    command = [python, __file__, "--worker", worker, "--found", str(found)]
    for name, value in (("sentences", n), ("dim", args.dim), ("k", args.k),
                        ("threads", args.threads), ("seed", args.seed)):  # fmt: skip
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{worker} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(n: int, args: argparse.Namespace) -> dict[str, Any]:
    """Alternate the two on ``n`` sentences."""
    order, pairs = random.Random(args.seed), []
    pythons = {"xlbench": sys.executable, "faiss": args.faiss_python}
    with tempfile.TemporaryDirectory() as folder:
        found = {name: Path(folder) / f"{name}.npz" for name in pythons}
        for _ in range(args.repeats):
            names = order.sample(list(pythons), 2)
            pair = {name: run(pythons[name], name, n, args, found[name]) for name in names}
            pairs.append(pair)
            print(
                f"  {n} sentences: xlbench {pair['xlbench']['seconds']:.3f} s, "
                f"faiss {pair['faiss']['seconds']:.3f} s", file=sys.stderr, flush=True,
            )  # fmt: skip
        ours, theirs = (np.load(found[name]) for name in ("xlbench", "faiss"))
        same = float((ours["indices"] == theirs["indices"]).mean())
        error = float(np.abs(ours["scores"] - theirs["scores"]).max())
    ratios = [p["xlbench"]["seconds"] / p["faiss"]["seconds"] for p in pairs]
    return {
        "sentences": n,
        "time_ratio_median": median(ratios),
        "time_ratio_min": min(ratios),
        "time_ratio_max": max(ratios),
        **{
            f"{name}_{what}": median(p[name][what] for p in pairs)
            for name in pythons
            for what in ("seconds", "prepare_s", "extra_bytes")
        },
        "same_indices": same,
        "largest_score_difference": error,
        "pairs": pairs,
    }


def installed_faiss() -> str:
    """Return the interpreter of .venv-faiss, made with faiss-cpu if it is not there."""
    folder = Path(".venv-faiss").absolute()
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "faiss-cpu", "numpy"], check=True)
    return str(python)


def faiss_version(python: str) -> str:
    """Return the version of faiss that ``python`` has."""
    command = [python, "-c", "import faiss; print(faiss.__version__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def show(result: dict[str, Any]) -> None:
    """Print one comparison as a row of a table."""
    print(
        f"{result['sentences']:>9} | {result['xlbench_seconds']:>9.3f} | "
        f"{result['faiss_seconds']:>7.3f} | {result['time_ratio_median']:>6.3f} "
        f"({result['time_ratio_min']:.3f} to {result['time_ratio_max']:.3f}) | "
        f"{result['xlbench_extra_bytes'] / 2**20:>11.0f} | "
        f"{result['faiss_extra_bytes'] / 2**20:>9.0f} | {result['same_indices']:.4%}"
    )


def main() -> None:
    """Parse, run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--dim", type=int, default=768)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faiss-python", help="interpreter with faiss-cpu and numpy")
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    parser.add_argument("--worker", choices=("xlbench", "faiss"), help=argparse.SUPPRESS)
    parser.add_argument("--found", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.worker:
        work(args)
        return
    processors = sorted(os.sched_getaffinity(0))[: args.threads]
    os.sched_setaffinity(0, processors)
    args.faiss_python = args.faiss_python or installed_faiss()
    about = {
        "processors": processors, "machine": platform.processor() or platform.machine(),
        "threads": args.threads, "dim": args.dim, "k": args.k, "repeats": args.repeats,
        "seed": args.seed, "numpy": np.__version__, "faiss": faiss_version(args.faiss_python),
    }  # fmt: skip
    results = [compare(n, args) for n in args.sentences]
    print(HEADER)
    for result in results:
        show(result)
    if args.out:
        args.out.write_text(json.dumps({**about, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
