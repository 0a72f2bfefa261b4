"""The trade-off: what a kind of arm buys and costs, with seeds as the unit, in every format."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from xlbench.errors import UserError
from xlbench.report.cells import SeenCell
from xlbench.report.filters import Filters
from xlbench.report.paper.formats import FORMATS
from xlbench.report.paper.headings import of_task
from xlbench.report.paper.presets.tradeoff import tradeoff
from xlbench.report.recorded import recorded
from xlbench.report.whole import Whole, whole
from xlbench.tasks.catalogue import TASKS

from ..synthetic import GAIN, write_comparison, write_run

SEEDS = (1, 2, 3)
LANGUAGES = {"xnli": ("ar", "en", "sw"), "bucc2018": ("de", "fr", "ru", "zh")}


def seen(*folders):
    return whole([recorded(folder) for folder in folders], Filters())


def rows_of(grid):
    return {(block.heading, row.name): row.entries for block in grid.blocks for row in block.rows}


def arms(*names, seeds=SEEDS):
    return tuple(f"{name}-s{seed}" for name in names for seed in seeds)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Each arm gains GAIN points on the one before it: a kind of three seeds, three times that."""
    made = tmp_path_factory.mktemp("tradeoff") / "run"
    write_run(made, arms("base", "stilts"), tuple(LANGUAGES), LANGUAGES)
    return write_comparison(made, "base-s1", "stilts-s1", ratio=1.05)


@pytest.fixture(scope="module")
def grid(folder):
    return tradeoff(seen(folder))


def test_seeds_are_one_kind_and_the_first_is_what_the_others_are_held_against(grid):
    assert [(c.over, c.head) for c in grid.columns[:3]] == [
        ("base", "metric, %"),
        ("stilts", "metric, %"),
        ("stilts", "difference"),
    ]
    assert grid.title.endswith("against base")


def test_what_every_seed_gains_alike_is_the_gain_in_each_language_and_over_them(grid):
    rows = rows_of(grid)
    for key in (
        ("XNLI (accuracy)", "Swahili (sw)"),
        ("Over languages", "XNLI (accuracy), 3 languages"),
        ("Over languages", f"{of_task('bucc2018')}, 4 languages"),
    ):
        _, _, difference, *_ = rows[key]
        assert difference.value == pytest.approx(3 * GAIN)
        assert (difference.lo, difference.hi) == pytest.approx((3 * GAIN, 3 * GAIN))
        assert difference.mark == "↑"


def test_the_transfer_gap_stands_below_the_languages_of_a_task_that_has_english(grid):
    rows = rows_of(grid)
    first, own, difference, *costs = rows["XNLI (accuracy)", "transfer gap"]
    assert first.value == pytest.approx(own.value) and difference.value == pytest.approx(0)
    assert not difference.mark and all(entry.value is None for entry in costs)
    assert not any("gap" in name for heading, name in rows if heading == of_task("bucc2018"))


def test_costs_are_those_of_the_pair_that_was_compared(grid):
    rows = rows_of(grid)
    p50, throughput, memory = rows["XNLI (accuracy)", "Arabic (ar)"][3:]
    assert p50.value == pytest.approx(1.05, abs=0.01) and p50.verdicts == {"slower": 1}
    assert throughput.value == pytest.approx(1 / 1.05, abs=0.01)
    assert memory.verdicts == {"equivalent": 1}
    over = rows["Over languages", "XNLI (accuracy), 3 languages"][3]
    assert sum(over.verdicts.values()) == 3 and over.lo < over.value < over.hi


def test_of_one_seed_the_interval_is_that_of_the_comparison(tmp_path):
    folder = write_run(tmp_path / "run", ("base", "stilts"), ("xnli",), LANGUAGES)
    write_comparison(folder, "base", "stilts")
    rows = rows_of(tradeoff(seen(folder)))
    for key in (("XNLI (accuracy)", "Arabic (ar)"), ("Over languages", next(iter(rows))[1])):
        difference = rows[key][2]
        assert difference.value == pytest.approx(GAIN, abs=0.3)
        assert difference.lo < difference.value < difference.hi
        assert not difference.mark


def test_a_group_needs_all_its_tasks_and_the_whole_is_a_dash_without_them(grid):
    rows = rows_of(grid)
    assert not any(name.startswith("group") for _, name in rows)
    assert rows["Over languages", "XTREME overall"][0].value is None


def scored_cells(made):
    """The offline cells of every task and language: each arm scores one point more."""
    for number, arm in enumerate(made):
        for name, task in TASKS.items():
            scores = json.dumps(dict.fromkeys(task.headline, 50.0 + number))
            texts = {"metric_name": task.metric, "metrics_json": scores}
            for code in task.languages:
                values = {"metric_value": 50.0 + number}
                yield SeenCell(arm, name, code, "offline", "ok", (), (), values, texts)


def test_with_all_tasks_groups_and_the_overall_score_have_their_gain():
    cells = tuple(scored_cells(arms("a", "b", seeds=(1, 2))))
    rows = rows_of(tradeoff(Whole((), cells, (), {}, ())))
    for name in ("group: qa", "group: retrieval", "XTREME overall"):
        difference = rows["Over languages", name][2]
        assert difference.value == pytest.approx(2)
        assert not difference.mark, "two seeds prove nothing"


def lucky(seeds, examples=300):
    """Return what is right for a cell of an arm: seeds differ much, kinds do not at all."""

    def right(key):
        rng = np.random.default_rng(list(map(ord, "".join(key))))
        level = rng.normal(0.6, 0.15)
        return rng.random(examples) < (0.95 if key.arm in seeds else level)

    return right


def test_one_lucky_seed_is_no_gain_whatever_its_examples_say(write_run, tmp_path):
    folder = write_run(tmp_path / "run", arms=("base", "stilts"), right=lucky({"stilts"}))
    grid = tradeoff(seen(folder))
    difference = rows_of(grid)["XNLI (accuracy)", "Swahili (sw)"][2]
    assert difference.lo > 0 and not difference.mark
    assert any("takes 3 seeds: nothing is called a gain or a loss" in note for note in grid.notes)


def test_a_lucky_seed_among_three_widens_the_interval_beyond_nought(write_run, tmp_path):
    made = arms("base", "stilts")
    folder = write_run(tmp_path / "run", arms=made, right=lucky({"stilts-s2"}), processes=1)
    for line in (rows_of(tradeoff(seen(folder)))["XNLI (accuracy)", "English (en)"],):
        assert line[2].lo < 0 < line[2].hi and not line[2].mark


def test_the_interval_holds_seeds_and_examples_both(write_run, tmp_path):
    """Seeds that are alike leave what examples differ by."""
    made = arms("base", "stilts")
    rng = np.random.default_rng(0)
    drawn = {kind: rng.random(100) < 0.7 for kind in ("base", "stilts")}
    folder = write_run(
        tmp_path / "run",
        arms=made,
        right=lambda key: drawn[key.arm.partition("-")[0]],
        processes=1,
    )
    difference = rows_of(tradeoff(seen(folder)))["XNLI (accuracy)", "English (en)"][2]
    spread = (drawn["stilts"].astype(float) - drawn["base"]).std(ddof=1) / 10
    assert difference.hi - difference.lo == pytest.approx(2 * 1.984 * 100 * spread, rel=1e-3)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_takes_it(form, grid):
    said = FORMATS[form](grid)
    assert "Swahili" in said and "None" not in said and "nan" not in said.lower().split()


def test_the_csv_has_ends_verdicts_and_marks_in_columns_of_their_own(grid):
    lines = list(csv.DictReader(io.StringIO(FORMATS["csv"](grid))))
    (line,) = [one for one in lines if one["task, language"] == "Swahili (sw)"]
    assert float(line["stilts: difference lo"]) == pytest.approx(3 * GAIN)
    assert line["stilts: difference note"] == "↑"
    assert line["stilts: p50 ratio verdict"] == "slower"


def test_one_kind_alone_is_refused(tmp_path):
    folder = write_run(tmp_path / "run", arms("base"), ("xnli",), LANGUAGES)
    with pytest.raises(UserError, match="expected two arms, found base alone"):
        tradeoff(seen(folder))


def test_a_language_that_one_seed_lacks_is_in_no_line(tmp_path):
    whole_run = write_run(tmp_path / "a", ("base-s1", "base-s2"), ("xnli",), LANGUAGES)
    part = write_run(tmp_path / "b", ("stilts-s1", "stilts-s2"), ("xnli",), {"xnli": ("en", "sw")})
    rows = rows_of(tradeoff(seen(whole_run, part)))
    assert ("XNLI (accuracy)", "Arabic (ar)") not in rows
    assert ("Over languages", "XNLI (accuracy), 2 languages") in rows
