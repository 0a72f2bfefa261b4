"""How the rooms of the house may know each other, read from the source with ``ast``.

A room is a folder or file of ``xlbench/``. A new room gets a place in ``ROOMS``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import xlbench

HOUSE = Path(xlbench.__file__).parent

ROOMS = [
    "version",
    "printable",
    "did_you_mean",
    "option_values",
    "errors",
    "extras",
    "languages",
    "flags",
    "cell",
    "usage",
    "arm_options",
    "contradictions",
    "arms",
    "settings",
    "interrupts",
    "examples",
    "predictions",
    "held",
    "stats",
    "probes",
    "encode",
    "measure",
    "data",
    "metrics",
    "retrieval",
    "tasks",
    "asked",
    "checkpoints",
    "workers",
    "session",
    "results",
    "judge",
    "history",
    "export",
    "run",
    "compare",
    "placing",
    "train",
    "doctor",
    "report",
    "api",
    "cli",
    "__main__",
]
"""Every room after all that it may import from: data flows one way."""

HEAVY = {
    "torch": {"measure", "checkpoints", "session", "train"},
    "transformers": {"checkpoints", "encode", "session", "tasks", "train"},
    "scipy": set(),
    "sklearn": set(),
    "pandas": {"api"},
    "polars": {"api"},
    "matplotlib": {"report"},
}
"""Which rooms may import what takes seconds to import, or is not installed with xlbench."""

Import = tuple[Path, int, str]


def files() -> list[Path]:
    return sorted(path for path in HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def imports(path: Path) -> Iterator[Import]:
    """Yield the full name of everything a file imports, wherever in it, types included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield path, node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: a relative import"
            for alias in node.names:
                yield path, node.lineno, f"{node.module}.{alias.name}"


def between_rooms() -> Iterator[tuple[str, str, str]]:
    """Yield (importing room, imported room, where) for every import across rooms."""
    known = {room_of(path) for path in files()}
    for path in files():
        for _, line, name in imports(path):
            parts = name.split(".")
            assert parts[:2] != ["xlbench", "__version__"], "the package itself is above all rooms"
            if parts[0] == "xlbench" and parts[1] in known and parts[1] != room_of(path):
                yield room_of(path), parts[1], f"{path.relative_to(HOUSE)}, line {line}: {name}"


def test_every_room_has_one_place_in_the_order():
    rooms = {room_of(path) for path in files()} - {"__init__"}
    assert rooms <= set(ROOMS), f"without a place in ROOMS: {rooms - set(ROOMS)}"
    assert len(ROOMS) == len(set(ROOMS))


def test_a_room_imports_only_from_rooms_before_it():
    wrong = [
        where
        for room, imported, where in between_rooms()
        if room != "__init__" and ROOMS.index(imported) > ROOMS.index(room)
    ]
    assert not wrong, "\n".join(wrong)


def modules() -> dict[str, set[str]]:
    """Return which modules each module imports when it is itself imported."""
    names = {".".join(path.relative_to(HOUSE.parent).with_suffix("").parts) for path in files()}
    names = {name.removesuffix(".__init__") for name in names}
    graph: dict[str, set[str]] = {}
    for path in files():
        own = ".".join(path.relative_to(HOUSE.parent).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = set()
        for node in tree.body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found.add(inner if inner in names else str(node.module))
            elif isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
        graph[own.removesuffix(".__init__")] = found & names
    return graph


def test_no_module_imports_itself_over_others():
    graph, done = modules(), set[str]()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module not in done:
            for imported in sorted(graph[module]):
                visit(imported, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())


def test_the_walk_of_a_line_of_data_names_what_is_there():
    told = (HOUSE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_/]+\.py): (\w+)`", told)
    assert len(named) > 20
    for file, function in named:
        tree = ast.parse((HOUSE / file).read_text(encoding="utf-8"))
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert function in functions, f"{file} has no {function}"


@pytest.mark.parametrize("package", HEAVY)
def test_what_is_heavy_is_imported_only_where_it_is_needed(package):
    wrong = [
        f"{path.relative_to(HOUSE)}, line {line}: {name}"
        for path in files()
        for _, line, name in imports(path)
        if name.split(".")[0] == package and room_of(path) not in HEAVY[package]
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("folder", ["xlbench", "tests", "benchmarks"])
def test_the_formatter_is_never_switched_off(folder):
    marks = ("fmt" + ": skip", "fmt" + ": off")
    wrong = [
        str(path)
        for path in (HOUSE.parent / folder).rglob("*.py")
        if any(mark in path.read_text(encoding="utf-8") for mark in marks)
    ]
    assert not wrong
