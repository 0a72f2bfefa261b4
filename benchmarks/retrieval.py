"""Exact top-k search against faiss's IndexFlatIP: time and memory, side by side.

    python benchmarks/retrieval.py --sentences 10000
    python benchmarks/retrieval.py --sentences 10000 100000 --repeats 7 2 --faiss-python PATH

Every run is a fresh process on the same processors with as many threads; the two alternate,
in random order. Each makes the same seeded vectors, warms up on a small search, then
searches once: n sentences against n, float32. Time includes what must happen before the
first answer, so faiss's copy of the vectors into its index counts, and is named apart.
Processor time stands beside it, for a machine that others use too. Memory is the process's
high-water mark beyond what it held before the search, the vectors included there. Without
--faiss-python, faiss-cpu is installed into .venv-faiss here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shlex
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
    "sentences | xlbench s | faiss s | ratio (range)          | CPU time ratio (range) | "
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
    start, start_cpu = time.perf_counter(), time.process_time()
    scores, indices, prepared = search(x, y, args.k, args.threads)
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - start_cpu
    extra = status_bytes("VmHWM") - before
    np.savez(args.found, scores=scores, indices=indices)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu_s": cpu_s,
                "prepare_s": prepared,
                "extra_bytes": extra,
            }
        )
    )


def run(python: str, worker: str, n: int, args: argparse.Namespace, found: Path) -> dict[str, Any]:
    """Run one worker in a fresh process."""
    threads = str(args.threads)
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, threads), "PYTHONPATH": str(ROOT)}
    command = [python, __file__, "--worker", worker, "--found", str(found)]
    for name, value in (
        ("sentences", n),
        ("dim", args.dim),
        ("k", args.k),
        ("threads", args.threads),
        ("seed", args.seed),
    ):
        command += [f"--{name}", str(value)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{worker} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def compare(n: int, repeats: int, args: argparse.Namespace) -> dict[str, Any]:
    """Alternate the two on ``n`` sentences, ``repeats`` times."""
    order, pairs = random.Random(args.seed), []
    pythons = {"xlbench": sys.executable, "faiss": args.faiss_python}
    with tempfile.TemporaryDirectory() as folder:
        found = {name: Path(folder) / f"{name}.npz" for name in pythons}
        for _ in range(repeats):
            names = order.sample(list(pythons), 2)
            pair = {name: run(pythons[name], name, n, args, found[name]) for name in names}
            pairs.append(pair)
            print(
                f"  {n} sentences: xlbench {pair['xlbench']['seconds']:.3f} s, "
                f"faiss {pair['faiss']['seconds']:.3f} s",
                file=sys.stderr,
                flush=True,
            )
        ours, theirs = (np.load(found[name]) for name in ("xlbench", "faiss"))
        same = float((ours["indices"] == theirs["indices"]).mean())
        error = float(np.abs(ours["scores"] - theirs["scores"]).max())
    return {
        "sentences": n,
        "time_ratio": ratios(pairs, "seconds"),
        "cpu_time_ratio": ratios(pairs, "cpu_s"),
        **{
            f"{name}_{what}": median(p[name][what] for p in pairs)
            for name in pythons
            for what in ("seconds", "cpu_s", "prepare_s", "extra_bytes")
        },
        "same_indices": same,
        "largest_score_difference": error,
        "pairs": pairs,
    }


def ratios(pairs: list[dict[str, Any]], what: str) -> dict[str, float]:
    """Return median and range of xlbench / faiss over the pairs."""
    found = [pair["xlbench"][what] / pair["faiss"][what] for pair in pairs]
    return {"median": median(found), "min": min(found), "max": max(found)}


def installed_faiss() -> str:
    """Return the interpreter of .venv-faiss, made with faiss-cpu if it is not there."""
    folder = Path(".venv-faiss").absolute()
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "faiss-cpu", "numpy"], check=True)
    return str(python)


def versions(python: str, *packages: str) -> dict[str, str]:
    """Return the versions of packages that ``python`` has."""
    code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    command = [python, "-c", code, *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(zip(packages, done.stdout.split(), strict=True))


def cpu_model() -> str:
    """Return the processor's name as the kernel knows it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def show(result: dict[str, Any]) -> None:
    """Print one comparison as a row of a table."""
    time_ratio, cpu_ratio = (
        "{median:.3f} ({min:.3f} to {max:.3f})".format(**result[name])
        for name in ("time_ratio", "cpu_time_ratio")
    )
    print(
        f"{result['sentences']:>9} | {result['xlbench_seconds']:>9.3f} | "
        f"{result['faiss_seconds']:>7.3f} | {time_ratio} | {cpu_ratio} | "
        f"{result['xlbench_extra_bytes'] / 2**20:>11.0f} | "
        f"{result['faiss_extra_bytes'] / 2**20:>9.0f} | {result['same_indices']:.4%}"
    )


def main() -> None:
    """Parse, run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--dim", type=int, default=768)
    parser.add_argument("--k", type=int, default=4)
    parser.add_argument(
        "--repeats", type=int, nargs="+", default=[5], help="runs of each, one number or one a size"
    )
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
    if len(args.repeats) not in (1, len(args.sentences)):
        parser.error("--repeats: expected one number, or one for each of --sentences")
    repeats = args.repeats * (len(args.sentences) if len(args.repeats) == 1 else 1)
    processors = sorted(os.sched_getaffinity(0))[: args.threads]
    os.sched_setaffinity(0, processors)
    args.faiss_python = args.faiss_python or installed_faiss()
    about = {
        "command": shlex.join(["python", *sys.argv]),
        "cpu": cpu_model(),
        "cpus_online": os.cpu_count(),
        "processors": processors,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "xlbench": versions(sys.executable, "xlbench", "numpy"),
        "faiss": versions(args.faiss_python, "faiss-cpu", "numpy"),
        "threads": args.threads,
        "dim": args.dim,
        "k": args.k,
        "repeats": repeats,
        "seed": args.seed,
        "load_before": os.getloadavg(),
    }
    results = [compare(n, times, args) for n, times in zip(args.sentences, repeats, strict=True)]
    print(HEADER)
    for result in results:
        show(result)
    if args.out:
        done = {**about, "load_after": os.getloadavg(), "results": results}
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps(done, indent=1) + "\n")


if __name__ == "__main__":
    main()
