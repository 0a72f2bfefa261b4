"""Are the tests of a room worth something? Faults are put into its code one at a time.

A mutant is the code with one fault: a comparison turned round, a constant changed, a call
dropped, two arguments swapped, a condition negated, an operator exchanged (DeMillo, Lipton and
Sayward 1978, Computer 11(4):34). It is killed if the tests of its room fail or take too long,
and survives otherwise. The mutants are drawn with a seed, equally many from each room::

    python benchmarks/mutation.py                       # 60 mutants
    python benchmarks/mutation.py --room judge --count 20 --seed 3
    python benchmarks/mutation.py --only 7,31           # of the same draw, after a mending

Nothing is changed here: mutants live in a copy of the sources in a temporary folder.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("xlbench", "tests", "pyproject.toml", "checkpoints.yaml", "action.yml", "README.md")


@dataclass(frozen=True, slots=True)
class Room:
    """Code, as patterns below the root, and the tests that guard it; the slow ones go last."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]
    slow: tuple[str, ...] = ()


ROOMS = {
    "run": Room(
        ("xlbench/run/*.py",),
        ("tests/run",),
        ("tests/run/test_dry.py", "tests/run/test_evidence.py", "tests/run/test_run.py"),
    ),
    "session": Room(
        ("xlbench/session/**/*.py",), ("tests/session",), ("tests/workers/test_process.py",)
    ),
    "compare": Room(
        ("xlbench/compare/*.py",), ("tests/compare",), ("tests/compare/test_paired.py",)
    ),
    "summarise": Room(
        ("xlbench/results/summarise.py", "xlbench/results/timings.py"), ("tests/results",)
    ),
    "table": Room(
        ("xlbench/report/table.py", "xlbench/report/cell_columns.py", "xlbench/report/numbers.py"),
        (
            "tests/report/test_numbers.py",
            "tests/report/test_table.py",
            "tests/report/test_golden_tables.py",
        ),
    ),
    "judge": Room(("xlbench/judge/*.py",), ("tests/judge",)),
}

SLOW_TO_IMPORT = ("pytest", "hypothesis", "torch", "transformers", "pyarrow.parquet", "scipy.stats")

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: ``new`` takes the place of the source from ``start`` to ``end`` (offsets)."""

    room: str
    file: str
    line: int
    kind: str
    start: int
    end: int
    old: str
    new: str


def mutants(room: str) -> list[Mutant]:
    """Return every fault that could be put into a room."""
    found = []
    for pattern in ROOMS[room].sources:
        for path in sorted(ROOT.glob(pattern)):
            source = path.read_text(encoding="utf-8")
            starts = [0]
            for line in source.encode().splitlines(keepends=True):
                starts.append(starts[-1] + len(line))
            for node, kind, new in _faults(ast.parse(source)):
                start = starts[node.lineno - 1] + node.col_offset
                end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
                old = source.encode()[start:end].decode()
                name = str(path.relative_to(ROOT))
                found.append(Mutant(room, name, node.lineno, kind, start, end, old, new))
    return found


def _faults(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str, str]]:
    """Yield (node, kind of fault, new source) for all code that runs."""
    for node in _running(tree):
        match node:
            case ast.Compare(left=left, ops=[op, *ops], comparators=right):
                flipped = ast.Compare(left, [COMPARISONS[type(op)](), *ops], right)
                yield node, "comparison", f"({ast.unparse(flipped)})"
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                if not any(isinstance(part, ast.JoinedStr) for part in (left, right)):
                    other = ast.BinOp(left, OPERATORS[type(op)](), right)
                    yield node, "operator", f"({ast.unparse(other)})"
            case ast.Constant(value=bool(value)):
                yield node, "constant", str(not value)
            case ast.Constant(value=int(value)):
                # One more of many is no fault: 15,000,000 ns are as good as 15,000,001.
                yield node, "constant", f"({value + 1 if abs(value) < 10 else 2 * value})"
            case ast.Constant(value=float(value)):
                yield node, "constant", f"({value * 2 + 0.5})"
            case ast.Expr(value=ast.Call()):
                yield node, "dropped call", "pass"
            case ast.Call(func=func, args=[first, second, *rest], keywords=keywords) if not any(
                isinstance(argument, ast.Starred) for argument in (first, second)
            ) and ast.unparse(func) not in ("max", "min"):
                swapped = ast.Call(func, [second, first, *rest], keywords)
                yield node, "swapped arguments", ast.unparse(swapped)
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                yield test, "negated condition", f"(not ({ast.unparse(test)}))"
            case ast.BoolOp(op=op, values=values):
                other = ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
                yield node, "operator", f"({ast.unparse(other)})"


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that do something: no annotation, no type's import, no message of an error.

    Parts of formatted strings have no place of their own in the source.
    """
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr | ast.Raise):
                continue
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            if isinstance(child, ast.ClassDef) and any(
                ast.unparse(base) == "Protocol" for base in child.bases
            ):
                continue
            yield child
            yield from _running(child)


def drawn(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """Return a random choice, equally spread over the rooms, and in a room over the kinds."""
    rng = random.Random(seed)
    pools = {room: mutants(room) for room in rooms}
    chosen: list[Mutant] = []
    for index in range(count):
        pool = pools[rooms[index % len(rooms)]]
        kind = rng.choice(sorted({mutant.kind for mutant in pool}))
        one = rng.choice([mutant for mutant in pool if mutant.kind == kind])
        pool.remove(one)
        chosen.append(one)
    return chosen


def copy_of_the_sources(folder: Path) -> None:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".hypothesis")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)


def outcome(folder: Path, room: Room, limit_s: float) -> tuple[str, str, float]:
    """Return ``passed``, ``failed`` or ``timeout``, the first failing test, and the seconds."""
    quick = [*room.tests, *(f"--ignore={path}" for path in room.slow)]
    began = time.monotonic()
    found, words = _tested(folder, quick, limit_s)
    if found == "passed" and room.slow:
        found, words = _tested(folder, room.slow, limit_s)
    return found, words, time.monotonic() - began


def _tested(folder: Path, tests: Sequence[str], limit_s: float) -> tuple[str, str]:
    """Run tests in a fork of this process, which has made the slow imports."""
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "--tb=no", *tests]
    with tempfile.TemporaryFile() as told:
        pid = os.fork()
        if pid == 0:
            _become_pytest(folder, arguments, told.fileno())
        deadline = time.monotonic() + limit_s
        while not (ended := os.waitpid(pid, os.WNOHANG))[0]:
            if time.monotonic() >= deadline:
                os.killpg(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return "timeout", ""
            time.sleep(0.05)
        told.seek(0)
        lines = told.read().decode(errors="replace").splitlines()
    if os.waitstatus_to_exitcode(ended[1]) == 0:
        return "passed", ""
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR"))]
    return "failed", (failed or lines[-1:] or [""])[0]


def _become_pytest(folder: Path, arguments: list[str], output: int) -> NoReturn:
    os.setsid()
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(folder)
    # The tests must find the mutant, and draw the same examples for each.
    sys.path.insert(0, str(folder))
    os.environ |= {"PYTHONPATH": str(folder), "CI": "1"}
    sys.dont_write_bytecode = True
    code = 1
    try:
        import pytest

        code = int(pytest.main(arguments))
    finally:
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=60, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", choices=ROOMS, action="append", help="default: all")
    parser.add_argument("--only", help="numbers of the draw, e.g. 3,17; default: all of it")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for a mutant's tests")
    parser.add_argument("--json", type=Path, help="file for the outcomes")
    options = parser.parse_args()
    for module in SLOW_TO_IMPORT:
        importlib.import_module(module)
    rooms = options.room or list(ROOMS)
    chosen = list(enumerate(drawn(rooms, options.count, options.seed)))
    if options.only:
        wanted = {int(number) for number in options.only.split(",")}
        chosen = [(number, mutant) for number, mutant in chosen if number in wanted]
    rows = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name)
        copy_of_the_sources(folder)
        for room in dict.fromkeys(mutant.room for _, mutant in chosen):
            found, words, took_s = outcome(folder, ROOMS[room], options.limit)
            print(
                f"{room}: without a fault its tests {found} in {took_s:.0f} s {words}", flush=True
            )
            if found != "passed":
                sys.exit(f"the tests of {room} don't pass without a fault: nothing to learn")
        for number, mutant in chosen:
            path = folder / mutant.file
            source = path.read_bytes()
            path.write_bytes(source[: mutant.start] + mutant.new.encode() + source[mutant.end :])
            found, words, took_s = outcome(folder, ROOMS[mutant.room], options.limit)
            path.write_bytes(source)
            killed = found != "passed"
            rows.append(
                {
                    "number": number,
                    "room": mutant.room,
                    "place": f"{mutant.file}:{mutant.line}",
                    "kind": mutant.kind,
                    "old": mutant.old,
                    "new": mutant.new,
                    "outcome": "killed" if killed else "survived",
                    "by": words if found == "failed" else found,
                    "took_s": round(took_s, 1),
                }
            )
            old, new = (" ".join(text.split())[:70] for text in (mutant.old, mutant.new))
            state = "killed  " if killed else "SURVIVED"
            print(f"{number:3} {state} {mutant.file}:{mutant.line} {old} -> {new}", flush=True)
            if options.json:
                options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    dead = sum(row["outcome"] == "killed" for row in rows)
    print(f"{dead} of {len(rows)} mutants were killed ({dead / len(rows):.0%})")


if __name__ == "__main__":
    main()
