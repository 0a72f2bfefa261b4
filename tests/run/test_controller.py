"""Where a run goes next and when it stops, in virtual time."""

from dataclasses import replace

import pytest
from virtual_arm import NOTHING_BEFORE, SPEC, Clock, Shown, VirtualArm, Written, examples

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.run import tally as tally_module
from xlbench.run.cells import Plan
from xlbench.run.controller import FLOOR_SAMPLES, LEAST_EXAMPLES, Controller
from xlbench.run.resume import Done
from xlbench.run.schedule import GROUP_BYTES
from xlbench.run.tally import Tally
from xlbench.run.visits import Inputs
from xlbench.settings import Settings
from xlbench.stats.percentiles import percentile

LANGUAGES = ("de", "en", "fr", "sw", "th")
SCENARIOS = ("single-stream", "offline")


def run(
    *arms,
    seed=0,
    budget_s=0.5,
    precision=0.02,
    processes=1,
    languages=LANGUAGES,
    scenarios=SCENARIOS,
    tasks=("xnli",),
    sizes=None,
    earlier=NOTHING_BEFORE,
    **how,
):
    """Run a controller over virtual arms; return it, the arms, the rows and what was shown."""
    clock = Clock()
    live = {text: VirtualArm(text, clock, **how) for text in arms or ("a",)}
    settings = Settings(
        tuple(map(parse_arm, live)),
        scenarios=scenarios,
        seed=seed,
        budget_s=budget_s,
        precision=precision,
        processes=processes,
    )
    specs = {(text, task): replace(SPEC, task=task) for text in live for task in tasks}
    plan = Plan(specs, dict.fromkeys(tasks, languages), {}, ())
    written, shown = Written(), Shown()
    controller = Controller(
        settings, Inputs(plan, examples, sizes or {}), live, written, earlier, shown, clock
    )
    controller.run()
    return controller, live, written.rows, shown


def order(rows):
    return [(row["arm"], row["language"], row["scenario"]) for row in rows["visits"]]


def rounds(rows):
    """The cells of each round, in the order of their visits."""
    found = {}
    for row in rows["visits"]:
        found.setdefault(row["round"], []).append((row["arm"], row["language"], row["scenario"]))
    return list(found.values())


def test_every_cell_of_every_arm_is_visited_in_every_process():
    _, _, rows, _ = run("a", "b", processes=3, budget_s=0.0)
    visited = {(r["arm"], r["language"], r["scenario"], r["process"]) for r in rows["visits"]}
    assert len(visited) == 2 * len(LANGUAGES) * 2 * 3 == len(rows["visits"])


def test_the_order_of_cells_is_random_and_another_in_each_round():
    _, _, rows, _ = run("a", "b", scatter=0.5, precision=0.0, budget_s=3.0)
    whole = [cells for cells in rounds(rows) if len(cells) == 20]
    assert len(whole) >= 3
    assert all(sorted(cells) == sorted(whole[0]) for cells in whole)
    assert len({tuple(cells) for cells in whole}) == len(whole)
    assert all(cells != sorted(cells) for cells in whole)
    mixed = [arm for arm, *_ in whole[0]]
    assert mixed not in (sorted(mixed), sorted(mixed, reverse=True)), "arms are interleaved"


def test_positions_are_those_of_the_visits_in_their_round():
    _, _, rows, _ = run()
    assert [row["position"] for row in rows["visits"][:10]] == list(range(10))
    assert [row["visit"] for row in rows["visits"]] == list(range(len(rows["visits"])))


@pytest.mark.parametrize("other", [1, 2, 12345])
def test_orders_and_visits_follow_from_the_seed(other):
    (_, one, rows, _), (_, again, same, _) = run(seed=0), run(seed=0)
    _, different, others, _ = run(seed=other)
    assert order(rows) == order(same) != order(others)
    seeds = [plan.seed for plan in one["a"].plans]
    assert seeds == [plan.seed for plan in again["a"].plans]
    assert seeds != [plan.seed for plan in different["a"].plans]
    assert len(set(seeds)) == len(seeds), "every visit draws an order of its own"


def test_tasks_and_languages_are_measured_in_groups_that_fit_memory():
    size = GROUP_BYTES // 2 - 1
    sizes = {("xnli", language): size for language in LANGUAGES}
    _, live, rows, shown = run(sizes=sizes, budget_s=0.0)
    languages = [row["language"] for row in rows["visits"]]
    groups = [set(languages[first : first + 4]) for first in range(0, len(languages), 4)]
    assert [len(group) for group in groups] == [2, 2, 1]
    assert set().union(*groups) == set(LANGUAGES)
    assert shown.groups == 3
    assert live["a"].calls.count("close") == 3, "the cells of a group make room for the next"


def test_a_task_is_finished_before_the_next_begins():
    _, _, rows, _ = run(tasks=("xnli", "pawsx"), languages=("de", "en"), budget_s=0.0)
    tasks = [row["task"] for row in rows["visits"]]
    assert tasks in (["xnli"] * 4 + ["pawsx"] * 4, ["pawsx"] * 4 + ["xnli"] * 4)


def test_tasks_and_languages_come_in_an_order_of_the_seed():
    sizes = {(task, language): GROUP_BYTES for task in ("xnli", "pawsx") for language in LANGUAGES}
    orders = set()
    for seed in range(6):
        _, _, rows, _ = run(tasks=("xnli", "pawsx"), sizes=sizes, seed=seed, budget_s=0.0)
        orders.add(tuple(dict.fromkeys((r["task"], r["language"]) for r in rows["visits"])))
    assert len(orders) == 6
    assert {first[0] for first, *_ in orders} == {"xnli", "pawsx"}


def spent_s(rows):
    return sum(row["spent_ns"] for row in rows["visits"]) / 1e9


@pytest.mark.parametrize("budget_s", [2.0, 8.0])
def test_what_is_never_precise_is_measured_until_the_budget_is_used_up(budget_s):
    _, _, rows, shown = run(scatter=0.5, precision=0.0, budget_s=budget_s)
    assert budget_s <= spent_s(rows) < 1.3 * budget_s
    assert shown.left_s[-1] <= 0 < shown.left_s[-11]
    assert shown.settled[-1] == 0


def test_what_is_precise_is_left_alone():
    controller, _, rows, shown = run(scatter=0.0001, budget_s=100.0)
    assert spent_s(rows) < 25, "offline visits use their slice"
    assert len(rows["visits"]) == 10
    assert shown.settled[-1] == len(controller.tallies) == 10


def test_a_finer_precision_takes_more():
    coarse, fine = (run(scatter=0.2, precision=p, budget_s=60.0)[2] for p in (0.1, 0.01))
    assert spent_s(fine) > 3 * spent_s(coarse)


def test_the_time_goes_to_the_cells_that_are_not_precise():
    _, _, rows, _ = run("a", scatter=0.3, precision=0.02, budget_s=30.0, languages=("de",))
    by_cell = {}
    for row in rows["visits"]:
        by_cell.setdefault(row["scenario"], []).append(row["round"])
    assert set(by_cell) == set(SCENARIOS)
    assert len({max(rounds) for rounds in by_cell.values()}) == 2, "one was left alone before"


def test_without_any_budget_every_cell_has_its_floor():
    _, live, rows, _ = run(budget_s=0.0)
    assert {plan.floor for plan in live["a"].plans} == {FLOOR_SAMPLES} == {6}
    samples = {}
    for row in rows["samples"]:
        key = row["language"], row["scenario"]
        samples[key] = samples.get(key, 0) + 1
    assert len(samples) == 10 and min(samples.values()) >= FLOOR_SAMPLES


def test_later_visits_have_a_floor_of_one():
    _, live, _, _ = run(scatter=0.5, precision=0.0, budget_s=1.0)
    assert [plan.floor for plan in live["a"].plans[:10]] == [6] * 10
    assert {plan.floor for plan in live["a"].plans[10:]} == {1}


def test_the_first_offline_visit_is_a_whole_pass_with_predictions_and_only_that():
    _, live, rows, _ = run(
        scatter=0.5, precision=0.0, budget_s=3.0, latency_s=0.05, scenarios=("offline",)
    )
    plans = live["a"].plans
    assert all(plan.complete and plan.predictions for plan in plans[:5])
    assert len(plans) > 5 and not any(plan.complete or plan.predictions for plan in plans[5:])
    assert all(plan.units is None for plan in plans), "the worker knows its batches best"
    assert len(rows["predictions"]) == 5 * 6
    assert {row["metric_value"] for row in rows["visits"][:5]} == {100.0}


def test_a_visit_that_has_the_time_is_a_whole_pass():
    _, live, _, _ = run(scatter=0.5, precision=0.0, budget_s=20.0, scenarios=("offline",))
    assert all(plan.complete for plan in live["a"].plans)
    assert sum(plan.predictions for plan in live["a"].plans) == 5


def test_single_stream_visits_grow_with_what_is_known():
    _, live, _, _ = run(
        scatter=5.0, precision=0.0, budget_s=60.0, languages=("de",), scenarios=("single-stream",)
    )
    first, second, *_ = live["a"].plans
    assert (first.most, second.most) == (LEAST_EXAMPLES, 4 * 402), "402: whole rounds of 6"
    assert not any(plan.complete or plan.predictions for plan in live["a"].plans)


def test_a_worker_that_dies_fails_its_cell_alone_and_is_not_visited_again():
    controller, _, rows, _ = run(
        scatter=0.5, precision=0.0, budget_s=2.0, dies=frozenset({("xnli", "sw")})
    )
    failed = {key for key, tally in controller.tallies.items() if tally.failed}
    assert failed == {ArmCell("a", "xnli", "sw", scenario) for scenario in SCENARIOS}
    broken = [row for row in rows["visits"] if row["status"] == "failed"]
    assert len(broken) == 2 and all("SIGKILL" in row["error"] for row in broken)
    assert {row["device"] for row in broken} == {"cpu"}, "what is known of it stands there"
    counts = [row["language"] for row in rows["visits"]].count("de")
    assert counts > 4


def test_each_process_must_know_its_own_value_well():
    _, _, rows, _ = run(
        processes=3,
        scatter=0.6,
        precision=0.05,
        budget_s=120.0,
        latency_s=0.005,
        scenarios=("single-stream",),
    )
    by_process = {}
    for row in rows["samples"]:
        by_process.setdefault((row["language"], row["process"]), []).append(row["latency_ns"])
    assert len(by_process) == 5 * 3
    assert all(percentile(values, 0.5).half_width <= 0.05 for values in by_process.values())


def test_the_budget_is_shared_by_processes():
    _, live, rows, _ = run(processes=4, scatter=0.5, precision=0.0, budget_s=8.0)
    spent = {}
    for row in rows["visits"]:
        spent[row["process"]] = spent.get(row["process"], 0) + row["spent_ns"] / 1e9
    assert all(1.5 < s < 2.7 for s in spent.values()), spent
    assert live["a"].calls.count("start") == 4


def test_a_resumed_run_has_only_the_budget_that_is_left():
    whole = run(scatter=0.5, precision=0.0, budget_s=8.0)
    tallies = whole[0].tallies
    left = run(
        scatter=0.5,
        precision=0.0,
        budget_s=8.0,
        earlier=Done(tallies, spent_s=6.0, visits=40, processes=1),
    )
    assert spent_s(left[2]) < 3.0
    assert left[2]["visits"][0]["visit"] == 40 and left[2]["visits"][0]["process"] == 1
    used = run(
        scatter=0.5,
        precision=0.0,
        budget_s=8.0,
        earlier=Done(tallies, spent_s=9.0, visits=40, processes=1),
    )
    assert len(used[2]["visits"]) == 10, "what lacks precision is visited once"


def test_a_resumed_run_visits_only_what_lacks_something():
    earlier, *_ = run(budget_s=100.0)
    lacking = ArmCell("a", "xnli", "sw", "offline")
    tallies = {k: t for k, t in earlier.tallies.items() if k != lacking}
    unpredicted = ArmCell("a", "xnli", "th", "offline")
    tallies[unpredicted] = replace(tallies[unpredicted], predicted=False)
    _, live, rows, _ = run(earlier=Done(tallies, 1.0, 40, 1), budget_s=100.0)
    assert set(order(rows)) == {("a", "sw", "offline"), ("a", "th", "offline")}
    assert all(plan.predictions for plan in live["a"].plans[:2])


def test_processes_that_covered_all_cells_are_not_started_again():
    earlier = Done(processes=2, covering=2, visits=20, spent_s=0.1)
    _, _, rows, _ = run(processes=3, earlier=earlier, budget_s=0.2)
    assert {row["process"] for row in rows["visits"]} == {2}


def test_progress_works_nothing_out_twice(monkeypatch):
    asked = []
    original = tally_module._precise
    monkeypatch.setattr(tally_module, "_precise", lambda *a: (asked.append(a[0]), original(*a))[1])
    controller, _, rows, shown = run(scatter=0.5, precision=0.0, budget_s=4.0)
    assert len(shown.settled) == len(rows["visits"]) >= 30
    assert len(asked) <= len(rows["visits"]) + len(controller.tallies)


def test_samples_of_batches_that_memory_did_not_allow_no_longer_count():
    controller, _, rows, _ = run(
        scatter=0.5,
        precision=0.0,
        budget_s=1.0,
        latency_s=0.02,
        halves=1,
        languages=("de",),
        scenarios=("offline",),
    )
    (tally,) = controller.tallies.values()
    first = [row for row in rows["samples"] if row["visit"] == 0]
    assert len(first) >= 8 and len(tally.units) == len(rows["samples"]) - len(first)
    assert tally.batches == "16 batches"


def test_a_tally_takes_samples_until_the_batches_change():
    tally = Tally()
    tally.add([0, 1], [5, 6], "d1")
    tally.add([0], [7], "d1")
    assert (tally.units, tally.visits, tally.pass_s()) == ([0, 1, 0], 2, 6 * 2 / 1e9)
    tally.add([3], [9], "d2")
    assert (tally.units, tally.latencies_ns, tally.visits) == ([3], [9], 3)
    assert Tally().pass_s() is None


def test_the_least_time_is_told_early_and_is_what_the_run_then_takes():
    asked = {"languages": tuple(f"l{n}" for n in range(40)), "budget_s": 0.0, "latency_s": 0.01}
    _, live, _, shown = run("a", "b", processes=3, **asked)
    (least_s,) = shown.least_s
    assert least_s == pytest.approx(live["a"].clock(), rel=0.1)


def test_a_run_that_is_gone_on_with_tells_no_least_time():
    assert not run(earlier=Done(visits=7), budget_s=0.0, latency_s=1.0)[-1].least_s
