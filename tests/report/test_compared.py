"""The adapter that reads ``comparison.json``."""

import json

import pytest

from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.report.compared import read_comparisons

from .synthetic import write_comparison, write_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = write_run(
        tmp_path_factory.mktemp("compared") / "run",
        tasks=("xnli",),
        languages={"xnli": ("en", "th")},
    )
    return write_comparison(made, "base", "stilts", ratio=1.05)


def test_what_compare_wrote_is_read(folder):
    (found,) = read_comparisons(folder)
    assert (found.a, found.b, found.margin) == ("base", "stilts", 0.02)
    assert set(found.cells) == {
        Cell("xnli", code, scenario)
        for code in ("en", "th")
        for scenario in ("single-stream", "offline")
    }
    single = found.cells[Cell("xnli", "en", "single-stream")]
    offline = found.cells[Cell("xnli", "en", "offline")]
    assert single.main == single.quantities["latency_p50"]
    assert offline.main == offline.quantities["pass_time"]
    assert single.main.verdict == "slower"
    value, lo, hi = single.main.interval
    assert lo < value < hi and abs(value - 1.05) < 0.01
    assert single.metric is None
    assert offline.metric.value == pytest.approx(4.0)
    assert offline.metric.lo <= offline.metric.value <= offline.metric.hi
    assert found.overall["offline"].verdict == "slower"


def test_a_folder_without_one_has_none(tmp_path):
    assert read_comparisons(tmp_path) == ()


def test_several_arms_against_the_first_are_several_comparisons(folder, tmp_path):
    one = json.loads((folder / "comparison.json").read_text())
    both = {"comparisons": [one, one | {"b": "other"}]}
    (tmp_path / "comparison.json").write_text(json.dumps(both))
    assert [found.b for found in read_comparisons(tmp_path)] == ["stilts", "other"]


def test_too_few_processes_are_no_ratio(folder, tmp_path):
    found = json.loads((folder / "comparison.json").read_text())
    for one in found["cells"]:
        one["quantities"] = {
            name: {"ratio": None, "ratio_lo": None, "ratio_hi": None, "verdict": "inconclusive"}
            for name in one["quantities"]
        }
    (tmp_path / "comparison.json").write_text(json.dumps(found))
    (read,) = read_comparisons(tmp_path)
    assert all(cell.main.interval is None for cell in read.cells.values())


BREAKS = {
    "not JSON": lambda found: "{",
    "deep": lambda found: "[" * 100_000,
    "a list": lambda found: [],
    "no a": lambda found: {k: v for k, v in found.items() if k != "a"},
    "a text as margin": lambda found: found | {"margin": "x"},
    "cells no list": lambda found: found | {"cells": 3},
    "a cell without its task": lambda found: found | {"cells": [{"language": "en"}]},
    "an unknown scenario": lambda found: found | {"overall": {"server": {}}},
    "an unknown verdict": lambda found: (
        found | {"overall": {"offline": {"ratio": 1.0, "verdict": "better"}}}
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_damaged_file_is_one_line(folder, tmp_path, name):
    found = BREAKS[name](json.loads((folder / "comparison.json").read_text()))
    text = found if isinstance(found, str) else json.dumps(found)
    (tmp_path / "comparison.json").write_text(text)
    with pytest.raises(UserError) as caught:
        read_comparisons(tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "comparison.json"))
    assert "\n" not in str(caught.value)


def test_the_mean_over_all_cells_is_that_of_all_cells_and_of_nothing_else(tmp_path):
    folder = write_comparison(write_run(tmp_path / "run"), "base", "stilts", ratio=1.03)
    (one,) = read_comparisons(folder)
    for scenario, quantity in (("offline", "pass_time"), ("single-stream", "latency_p50")):
        places = {(c.task, c.language) for c in one.cells if c.scenario == scenario}
        assert len(places) > 2
        assert one.over_all(scenario, places, quantity) is one.overall[scenario]
        assert one.over_all(scenario, places, "memory") is None
        assert one.over_all(scenario, set(sorted(places)[1:]), quantity) is None
        fewer = frozenset(c for c in one.cells if (c.task, c.language) != min(places))
        left = {(c.task, c.language) for c in fewer if c.scenario == scenario}
        assert one.of(fewer).over_all(scenario, left, quantity) is None, "others are in that mean"
        assert one.of(frozenset(one.cells)).over_all(scenario, places, quantity) is not None
