import pytest

from xlbench.arms import parse_arm
from xlbench.cell import SCENARIOS, ArmCell
from xlbench.errors import UserError
from xlbench.results.manifest import Manifest, UsedData, write_manifest
from xlbench.run.manifest import without_secrets
from xlbench.run.resume import Done, done, resumed_settings
from xlbench.settings import Settings


def stopped(folder, *arms, **asked):
    settings = without_secrets(Settings(arms=tuple(map(parse_arm, arms)), **asked))
    write_manifest(folder, Manifest("r", "0.1.0", settings, "m", UsedData("folder", "d"), ()))


def test_a_secret_is_not_in_the_folder_and_is_asked_for_when_the_run_goes_on(tmp_path):
    arm = "base@env.HF_TOKEN=hf_abc,env.LEVEL=3"
    stopped(tmp_path, arm)
    assert "hf_abc" not in (tmp_path / "run.json").read_text()
    with pytest.raises(UserError, match=r"env\.HF_TOKEN is secret and was not stored"):
        resumed_settings(tmp_path, None, None, None)
    (again,) = resumed_settings(tmp_path, [arm], None, None).arms
    assert again == parse_arm(arm)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [((None, None), (5.0, 0.1)), ((9.0, 0.01), (9.0, 0.01)), ((1.0, 0.5), (5.0, 0.1))],
)
def test_a_resumed_run_keeps_its_budget_and_precision_unless_more_is_asked_for(
    tmp_path, asked, expected
):
    stopped(tmp_path, "base", budget_s=5.0, precision=0.1)
    again = resumed_settings(tmp_path, None, *asked)
    assert (again.budget_s, again.precision) == expected


def test_a_run_goes_on_with_its_own_arms(tmp_path):
    stopped(tmp_path, "base", "stilts@dtype=bf16", seed=7)
    again = resumed_settings(tmp_path, None, None, None)
    assert again.arms == (parse_arm("base"), parse_arm("stilts@dtype=bf16"))
    assert again.seed == 7
    with pytest.raises(UserError, match="measures base, stilts@dtype=bf16, not base"):
        resumed_settings(tmp_path, ["base"], None, None)


def cells_of(*languages):
    return [ArmCell("base", "xnli", code, scenario) for code in languages for scenario in SCENARIOS]


def test_what_was_measured_before_is_counted_cell_by_cell(write_run, tmp_path):
    folder = write_run(tmp_path / "run", processes=2, right=[True, False] * 6)
    found = done(folder, cells_of("en", "sw"))
    # Two processes visited four cells for a second each.
    assert (found.spent_s, found.visits, found.processes, found.covering) == (8.0, 8, 2, 2)
    assert set(found.tallies) == set(cells_of("en", "sw"))
    for key, tally in found.tallies.items():
        assert tally.visits == 2 and len(tally.units) == len(tally.latencies_ns) == 2 * 8 * 12
        assert set(tally.units) == set(range(12)) and min(tally.latencies_ns) > 10**5
        assert tally.predicted == (key.scenario == "offline")


def test_a_cell_that_failed_or_is_not_asked_for_counts_for_nothing_but_its_time(
    write_run, tmp_path
):
    folder = write_run(tmp_path / "run", processes=3, failed=("sw",))
    found = done(folder, cells_of("en", "sw"))
    assert set(found.tallies) == set(cells_of("en"))
    assert (found.spent_s, found.visits, found.covering) == (12.0, 12, 0)
    assert done(folder, cells_of("en")).covering == 3
    assert set(done(folder, cells_of("th")).tallies) == set()


@pytest.mark.parametrize(
    ("covering", "asked", "left"),
    [(0, 1, 1), (1, 1, 1), (0, 5, 5), (3, 5, 2), (5, 5, 0), (7, 5, 0)],
)
def test_processes_that_saw_every_cell_are_not_run_again(covering, asked, left):
    assert Done(covering=covering).processes_left(asked) == left
