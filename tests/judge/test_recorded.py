import math
from dataclasses import replace

import pytest

from xlbench.asked import Wanted
from xlbench.checkpoints.identity import Identity
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.judge.gate import Limits, gate
from xlbench.judge.recorded import compare_recorded
from xlbench.report.gate.text import text
from xlbench.results.manifest import UsedCheckpoint, read_manifest, write_manifest
from xlbench.results.result import read_result

MARGIN = 0.02
MIRROR = {"faster": "slower", "slower": "faster"}


@pytest.fixture(scope="module")
def base(write_run, tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("base") / "run", seed=1)


@pytest.fixture
def other(write_run, tmp_path):
    """Writes the run that is held against ``base``."""
    return lambda **changed: write_run(tmp_path / "other", **{"seed": 2, **changed})


def compared(a, b, *asked, **more):
    return compare_recorded(read_result(a), read_result(b), *asked, **more)


def claims(found):
    return {cell.main.verdict for cell in found.cells}


def test_equal_arms_of_five_processes_are_equivalent(base, other):
    found = compared(base, other(), MARGIN)
    assert len(found.cells) == 4
    assert claims(found) == {"equivalent"} and found.verdict == "equivalent"
    assert found.notes == ()
    for cell in found.cells:
        assert {e.verdict for e in cell.estimates.values()} == {"equivalent"}
        assert cell.main.effect.processes == 5


def test_each_scenario_has_its_quantities(base, other):
    found = compared(base, other(), MARGIN)
    for cell in found.cells:
        own = {"end_to_end_p50"} if cell.cell.scenario == "single-stream" else {"pass_time"}
        assert set(cell.estimates) == {"latency_p50", "latency_p95", "memory"} | own


def test_ten_percent_more_time_is_slower_and_the_ratio_is_found(base, other):
    found = compared(base, other(factor=1.1), MARGIN)
    assert claims(found) == {"slower"} and found.verdict == "slower"
    for cell in found.cells:
        assert cell.estimates["memory"].verdict == "equivalent"
        assert cell.main.ratio == pytest.approx(1.1, rel=0.01)
        lo, hi = cell.main.interval
        assert lo <= 1.1 <= hi


def test_more_memory_is_found_where_the_time_is_the_same(base, other):
    found = compared(base, other(memory=2 * 10**8), MARGIN)
    assert claims(found) == {"equivalent"}
    for cell in found.cells:
        assert cell.estimates["memory"].ratio == pytest.approx(2)
        assert cell.estimates["memory"].verdict == "slower"


def test_what_processes_carry_is_no_difference_of_the_arms(base, other):
    found = compared(base, other(carried=0.1, factor=1.03), MARGIN)
    assert claims(found) == {"inconclusive"}


@pytest.mark.parametrize("processes", [1, 2])
def test_too_few_processes_give_no_verdict_and_say_why(base, other, processes):
    found = compared(base, other(processes=processes, factor=3.0), MARGIN)
    assert claims(found) == {"inconclusive"} and found.verdict == "inconclusive"
    assert all(cell.main.effect is None for cell in found.cells)
    assert f"{processes} process(es)" in found.notes[0] and "--processes 5" in found.notes[0]


def test_different_machines_are_refused(base, other):
    with pytest.raises(UserError, match=r"run and .*other .*m-one; .*m-two.*--across-machines"):
        compared(base, other(machine="m-two"), MARGIN)


def test_across_machines_a_machine_twice_as_slow_is_no_slower_arm(base, other):
    slow = other(machine="m-two", factor=2.0, reference_ns=200_000)
    found = compared(base, slow, MARGIN, across_machines=True)
    assert claims(found) == {"equivalent"}
    assert "reference kernel" in found.notes[0]
    assert found.notes[0].index("m-one") < found.notes[0].index("against") < len(found.notes[0])
    assert found.notes[0].endswith("m-two")
    for cell in found.cells:
        assert cell.estimates["latency_p95"].ratio == pytest.approx(1, abs=0.02)
        assert cell.estimates["memory"].ratio == 1.0


def test_across_machines_an_arm_that_is_slower_shows(base, other):
    slow = other(machine="m-two", factor=2.2, reference_ns=200_000)
    assert claims(compared(base, slow, MARGIN, across_machines=True)) == {"slower"}


def test_across_machines_nothing_is_judged_without_a_reference(base, other):
    slow = other(machine="m-two", factor=2.0, reference_ns=None)
    found = compared(base, slow, MARGIN, across_machines=True)
    assert claims(found) == {"inconclusive"}


def test_different_data_are_refused(base, other):
    with pytest.raises(UserError, match=r"xnli/en.*different data"):
        compared(base, other(data="else"), MARGIN)


def test_runs_without_a_common_cell_are_refused(base, other):
    with pytest.raises(UserError, match="no measured cell in common"):
        compared(base, other(languages=("th",)), MARGIN)


def test_a_folder_of_several_arms_needs_a_name(base, other):
    both = other(arms=("base", "stilts"))
    with pytest.raises(UserError, match="base, stilts; say with --arm"):
        compared(base, both, MARGIN)
    assert len(compared(base, both, MARGIN, arms=(None, "base")).cells) == 4


def test_a_machine_that_moved_between_the_runs_widens_times_and_not_memory(base, other):
    found = compared(base, other(reference_ns=105_000), MARGIN)
    assert claims(found) == {"inconclusive"} and found.verdict == "inconclusive"
    assert "+5.0%" in found.notes[0] and "widened" in found.notes[0]
    for cell in found.cells:
        assert cell.main.effect.se >= math.log(1.05)
        assert cell.estimates["memory"].verdict == "equivalent"


def test_a_missing_reference_is_said(base, other):
    found = compared(base, other(reference_ns=None), MARGIN)
    assert "no reference kernel" in found.notes[0]
    assert claims(found) == {"equivalent"}


@pytest.mark.parametrize("factor", [1.0, 1.1, 0.85, 1.02])
def test_swapping_the_folders_mirrors_the_comparison(base, other, factor):
    second = other(factor=factor, reference_ns=100_300)
    one = compared(base, second, MARGIN)
    swapped = compared(second, base, MARGIN)
    for x, y in zip(one.cells, swapped.cells, strict=True):
        assert set(x.estimates) == set(y.estimates)
        for name, estimate in x.estimates.items():
            mirror = y.estimates[name]
            assert mirror.effect.value == pytest.approx(-estimate.effect.value, abs=1e-12)
            assert mirror.effect.se == pytest.approx(estimate.effect.se)
            assert mirror.verdict == MIRROR.get(estimate.verdict, estimate.verdict)
    assert swapped.verdict == MIRROR.get(one.verdict, one.verdict)


def test_other_batches_are_compared_by_the_time_of_all_of_them(base, other):
    found = compared(base, other(n_batches=7, factor=1.2), MARGIN)
    offline = [c for c in found.cells if c.cell.scenario == "offline"]
    assert {c.main.verdict for c in offline} == {"slower"}
    assert offline[0].main.ratio == pytest.approx(1.2, rel=0.02)


def test_batches_from_before_a_halving_are_not_mixed_with_those_after(base, other):
    halved = other(first=[{"n_batches": 6}])
    assert claims(compared(base, halved, MARGIN)) == {"equivalent"}


def test_a_cell_that_failed_on_one_side_is_there_with_its_reason(base, other):
    broken = other(failed=("sw",))
    for found in (compared(base, broken, MARGIN), compared(broken, base, MARGIN)):
        of_sw = [c for c in found.cells if c.cell.language == "sw"]
        assert {c.cell.scenario for c in of_sw} == {"single-stream", "offline"}
        assert all(c.error == "the worker was killed" for c in of_sw)
        assert {c.main.verdict for c in of_sw} == {"inconclusive"}
        assert all(c.error is None for c in found.cells if c not in of_sw)
        assert set(found.overall) == {"single-stream", "offline"}


def test_the_metric_is_paired_by_example(base, other, write_run, tmp_path):
    before = write_run(tmp_path / "before", right=[1] * 8 + [0] * 4)
    found = compared(before, other(right=[0] * 6 + [1] * 6), MARGIN)
    offline = next(c for c in found.cells if c.cell.scenario == "offline")
    change = offline.metric
    assert (change.a, change.b) == (pytest.approx(200 / 3), pytest.approx(50))
    assert (change.only_a, change.only_b) == (6, 4)
    assert change.p == pytest.approx(772 / 1024)
    assert change.lo <= change.b - change.a <= change.hi
    assert all(c.metric is None for c in found.cells if c.cell.scenario == "single-stream")


def test_without_a_metric_on_one_side_there_is_no_change(base, other):
    found = compared(base, other(right=[1] * 12), MARGIN)
    assert all(cell.metric is None for cell in found.cells)


def test_what_the_baseline_has_and_the_other_has_not_is_named_and_never_a_pass(write_run, tmp_path):
    metric = {"right": [1] * 12}
    before = write_run(tmp_path / "before", languages=("en", "sw"), **metric)
    after = write_run(tmp_path / "after", languages=("en",), seed=1, **metric)
    found = gate(compared(before, after, MARGIN), Limits(0.5, max_metric_drop=50.0))
    assert found.outcome == "inconclusive"
    lost = [check for check in found.checks if check.reason]
    assert {check.where[1] for check in lost} == {"sw"}
    assert {(check.what, check.where[2]) for check in lost} == {
        ("latency", "single-stream"),
        ("time of a pass", "offline"),
        ("metric", "offline"),
    }
    assert all("does not have the cell" in check.sentence for check in lost)
    assert "xnli sw single-stream" in text(found)
    # Filtered away on purpose, they are not missed.
    wanted = Wanted(languages=("en",))
    assert gate(compared(before, after, MARGIN, wanted=wanted), Limits(0.5)).outcome == "pass"
    # More cells than the baseline has are no loss.
    assert gate(compared(after, before, MARGIN), Limits(0.5)).outcome == "pass"


def test_a_metric_limit_that_no_cell_can_be_held_against_is_inconclusive(base, other):
    found = gate(compared(base, other(), MARGIN), Limits(0.5, max_metric_drop=1.0))
    assert found.outcome == "inconclusive"
    unchecked = [check for check in found.checks if check.what == "metric"]
    assert {check.where[2] for check in unchecked} == {"offline"}
    assert all("no metric" in check.sentence for check in unchecked)
    single = Wanted(scenarios=("single-stream",))
    found = gate(compared(base, other(), MARGIN, wanted=single), Limits(0.5, max_metric_drop=1.0))
    (check,) = [check for check in found.checks if check.what == "metric"]
    assert check.outcome == "inconclusive" and "offline scenario" in check.sentence


def test_a_cell_that_was_not_measured_yet_is_named(base, write_run, tmp_path):
    stopped = write_run(tmp_path / "stopped", languages=("en",), seed=1)
    manifest = read_manifest(stopped)
    more = [cell._replace(language="sw") for cell in manifest.cells]
    write_manifest(stopped, replace(manifest, cells=(*manifest.cells, *more)))
    told = {each.cell.language: each.reason for each in compared(base, stopped, MARGIN).uncompared}
    assert list(told) == ["sw"] and "no measurement" in told["sw"]


def test_weights_of_another_seed_are_named(write_run, tmp_path):
    folders = []
    for number in range(2):
        folder = write_run(tmp_path / str(number), seed=number)
        identity = Identity(None, number, "c" * 64, "t" * 64, 10, 12, 8)
        spec = CheckpointSpec("base", "xnli", "pair", "bert", None, {}, "random", number, "/m")
        used = (UsedCheckpoint("base", spec, identity),)
        write_manifest(folder, replace(read_manifest(folder), checkpoints=used))
        folders.append(folder)
    (note,) = [note for note in compared(*folders, MARGIN).notes if "differs" in note]
    assert "weights' seed 0 → 1" in note


def test_what_differs_between_the_two_is_named(write_run, tmp_path):
    folders = []
    for number, version in enumerate(("0.1.0", "0.2.0")):
        folder = write_run(tmp_path / version, seed=number)
        manifest = replace(read_manifest(folder), xlbench=version)
        identity = Identity(f"{number}" * 64, None, "c" * 64, "t" * 64, 10, 12 + number, 8)
        spec = CheckpointSpec("base", "xnli", "pair", "bert", "/m", None, "trained", 0, "/m")
        used = (UsedCheckpoint("base", spec, identity),)
        write_manifest(folder, replace(manifest, checkpoints=used))
        folders.append(folder)
    (note,) = [note for note in compared(*folders, MARGIN).notes if "differs" in note]
    for told in ("xlbench 0.1.0 → 0.2.0", "layers 12 → 13", "weights 000000000000... → 111"):
        assert told in note


def placed(folder, nodes, machine=None):
    """The result with its cells on other nodes, by language; all of one kind unless told."""
    result = read_result(folder)
    rows = tuple(
        {
            **row,
            "node": nodes.get(row["language"]),
            "machine": machine or result.manifest.machine,
        }
        for row in result.cells
    )
    return replace(result, cells=rows)


def test_cells_of_two_machines_are_not_compared_though_the_drivers_were_one(base, other):
    one, two = read_result(base), placed(other(), {}, machine="another")
    with pytest.raises(UserError, match="different machines"):
        compare_recorded(one, two, MARGIN)
    found = compare_recorded(one, two, MARGIN, True)
    assert "units of the reference kernel" in found.notes[0]


def test_arms_of_one_run_over_nodes_are_compared_only_where_they_shared_one(write_run, tmp_path):
    result = read_result(write_run(tmp_path / "both", seed=3, arms=("base", "second")))
    nodes = {"base": "n1", "second": "n2"}
    apart = tuple({**row, "node": nodes[row["arm"]]} for row in result.cells)
    together = tuple({**row, "node": "n1"} for row in result.cells)
    with pytest.raises(UserError, match=r"on node n1 for base and on n2 for second"):
        compare_recorded(
            replace(result, cells=apart),
            replace(result, cells=apart),
            MARGIN,
            False,
            ("base", "second"),
        )
    shared = replace(result, cells=together)
    assert compare_recorded(shared, shared, MARGIN, False, ("base", "second")).cells
