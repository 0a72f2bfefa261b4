"""``xlbench compare`` through the command line."""

import json
import re
import shutil

import program
import pytest
from typer.testing import CliRunner

from xlbench.cli.main import app
from xlbench.compare.live import arms_apart

pytestmark = pytest.mark.usefixtures("forked_workers")


def call(*arguments, **options):
    return program.call("compare", *arguments, **options)


def compare(*arguments):
    return CliRunner().invoke(app, ["compare", *map(str, arguments)])


@pytest.fixture(scope="module")
def live(tmp_path_factory, forked_workers):
    """The one live comparison: the same arm twice."""
    folder = tmp_path_factory.mktemp("live") / "out"
    done = call(
        "base",
        "base",
        "--tasks",
        "xnli",
        "--langs",
        "en",
        "--budget",
        "1s",
        "--processes",
        "3",
        # Three pairs of processes on a machine that does other work differ by a few percent.
        "--margin",
        "50%",
        "--json",
        "--out",
        folder,
    )
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_live_comparison_of_an_arm_with_itself_never_proves_a_difference(live):
    told = json.loads(live[1].stdout)
    assert (told["a"], told["b"]) == ("base", "base#2")
    assert {cell["scenario"] for cell in told["cells"]} == {"single-stream", "offline"}
    for cell in told["cells"]:
        estimate = cell["quantities"][cell["main"]]
        assert estimate["processes"] >= 3 and cell["error"] is None
        assert estimate["ratio_lo"] < estimate["ratio"] < estimate["ratio_hi"]
    assert told["cells"][0]["verdict"] in ("equivalent", "inconclusive")


def test_a_live_comparison_writes_what_it_printed_and_a_result_folder(live):
    folder, done = live
    assert json.loads((folder / "comparison.json").read_text()) == json.loads(done.stdout)
    manifest = json.loads((folder / "run.json").read_text())
    assert (manifest["kind"], manifest["status"]) == ("compare", "finished")
    assert len(manifest["segments"][0]["pinned_to"]) == 1
    assert (folder / "cells.parquet").exists()
    assert f"written to {folder}" in done.stderr


def test_of_two_equal_arms_the_second_gets_a_text_of_its_own():
    from xlbench.arm_options import Options

    a, b = arms_apart(["base", "base"], Options())
    assert (a.text, b.text, b.name) == ("base", "base#2", "base")
    a, b = arms_apart(["base", "base@threads=2"], Options())
    assert b.text == "base@threads=2"


@pytest.fixture(scope="module")
def folders(write_run, tmp_path_factory):
    """Recorded runs by what is true of them."""
    root = tmp_path_factory.mktemp("recorded")
    return {
        "base": write_run(root / "base", seed=1),
        "same": write_run(root / "same", seed=2),
        "slow": write_run(root / "slow", seed=3, factor=1.1),
        "fast": write_run(root / "fast", seed=4, factor=0.9),
        "short": write_run(root / "short", seed=5, processes=1, factor=2.0),
        "broken": write_run(root / "broken", seed=6, failed=("sw",)),
        "elsewhere": write_run(
            root / "elsewhere", seed=7, machine="m-two", factor=2.0, reference_ns=200_000
        ),
    }


@pytest.mark.parametrize(
    ("other", "verdict", "code"),
    [
        ("same", "equivalent", 0),
        ("slow", "slower", 1),
        ("fast", "faster", 1),
        ("short", "inconclusive", 0),
    ],
)
def test_assert_makes_a_proven_difference_alone_an_exit_code_of_1(folders, other, verdict, code):
    done = compare(folders["base"], folders[other], "--json", "--assert")
    assert done.exit_code == code
    told = json.loads(done.stdout)
    assert told["verdict"] == verdict
    assert {cell["verdict"] for cell in told["cells"]} == {verdict}
    assert compare(folders["base"], folders[other]).exit_code == 0


def test_the_margin_decides_what_counts_as_a_difference(folders):
    done = compare(folders["base"], folders["slow"], "--json", "--margin", "20%", "--assert")
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (0, "equivalent")


def test_the_tables_name_cells_and_verdicts(folders):
    told = compare(folders["base"], folders["slow"]).stdout
    assert "slower" in told and "sw" in told
    assert "--processes 5" in compare(folders["base"], folders["short"]).stderr


def test_cells_that_failed_on_one_side_are_exit_code_3_and_keep_their_reason(folders):
    done = compare(folders["base"], folders["broken"], "--json", "--assert")
    assert done.exit_code == 3
    errors = {c["language"]: c["error"] for c in json.loads(done.stdout)["cells"]}
    assert errors == {"en": None, "sw": "the worker was killed"}
    assert compare(folders["base"], folders["broken"]).exit_code == 3


def test_another_machine_needs_across_machines(folders):
    refused = call(folders["base"], folders["elsewhere"])
    assert refused.returncode == 2 and "--across-machines" in refused.stderr
    done = compare(folders["base"], folders["elsewhere"], "--across-machines", "--json")
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (0, "equivalent")


def test_a_folder_against_an_arm_is_refused_either_way_round(folders):
    for arguments in ((folders["base"], "base"), ("base", folders["base"])):
        done = call(*arguments)
        assert done.returncode == 2
        assert "is a result folder and base is not" in done.stderr
        assert "Traceback" not in done.stderr and not done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["base", "nobody"], "nobody"),
        (["base", "base@dtype=int3"], "fp32, tf32, bf16, fp16"),
        (["base", "base", "--margin", "many"], "--margin"),
        (["base", "base", "--cpus", "4096", "--tasks", "xnli", "--langs", "en"], "4096"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_2(arguments, message, tmp_path):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def of_two_arms(write_run, tmp_path_factory):
    """One run of two arms, an odd name among them."""
    folder = tmp_path_factory.mktemp("two") / "a:b"
    return write_run(folder, seed=8, arms=("base", "base@threads=2"))


def test_of_two_arms_of_one_run_are_compared(of_two_arms):
    alone = compare(of_two_arms, "--json")
    assert alone.exit_code == 0, alone.output
    told = json.loads(alone.stdout)
    assert (told["a"], told["b"]) == (f"{of_two_arms}:base", f"{of_two_arms}:base@threads=2")
    named = compare(f"{of_two_arms}:base", f"{of_two_arms}:base@threads=2", "--json")
    assert json.loads(named.stdout) == told


def test_the_trade_off_of_recorded_arms_has_their_metrics_and_verdicts(folders, of_two_arms):
    for sides in (
        (folders["base"], folders["slow"]),
        (of_two_arms,),
        (f"{of_two_arms}:base@threads=2", folders["same"]),
    ):
        done = compare(*sides, "--tradeoff", "--assert")
        assert done.exit_code in (0, 1) and not done.stderr, done.output
        assert "What is bought and what it costs" in done.stdout
        (swahili,) = [line for line in done.stdout.splitlines() if line.startswith("Swahili (sw)")]
        assert "[" in swahili, "ratios have their intervals"
        assert "from comparisons" in done.stdout
    refused = compare(of_two_arms, "--tradeoff", "--json")
    assert "report RESULT --preset tradeoff" in str(refused.exception)


def test_an_arm_of_a_result_is_compared_with_another_result(of_two_arms, folders):
    told = json.loads(compare(f"{of_two_arms}:base", folders["same"], "--json").stdout)
    assert len(told["cells"]) == 4


def test_recorded_results_are_compared_in_the_cells_that_are_asked_for(folders):
    words = ("--tasks", "XNLI", "--langs", "swh", "--scenario", "offline", "--json")
    told = json.loads(compare(folders["base"], folders["same"], *words).stdout)
    cells = [(cell["task"], cell["language"], cell["scenario"]) for cell in told["cells"]]
    assert cells == [("xnli", "sw", "offline")] and set(told["overall"]) == {"offline"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("base", "same", "--tasks", "foo"), "--tasks: 'foo' is not a task"),
        (("base", "same", "--tasks", "xquad"), "--tasks xquad: .*base has no such cell of base"),
        (("base", "same", "--dtype", "bf16", "--seed", "0"), "--dtype, --seed can't apply: the"),
        (("base", "base"), "both are the arm base of the run base, there is nothing"),
        (("base", "copy"), "both are the arm base of the run base, there is nothing"),
        (("base",), "name a second result to compare base with"),
        (("base:nobody", "same"), "has no arm 'nobody'; it holds base"),
    ],
)
def test_what_can_not_be_compared_is_refused(folders, words, said, tmp_path):
    shutil.copytree(folders["base"], tmp_path / "copy")
    places = {**folders, "copy": tmp_path / "copy"}
    named = []
    for word in words:
        folder, colon, arm = word.partition(":")
        named.append(f"{places[folder]}{colon}{arm}" if folder in places else word)
    done = call(*named)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert re.search(said, done.stderr), done.stderr


def test_options_of_recorded_results_are_refused_where_arms_are_measured():
    done = call("base", "stilts", "--across-machines")
    assert done.returncode == 2 and "--across-machines can't apply" in done.stderr


def test_two_equal_arms_are_said_to_be_equal_before_anything_is_measured(tmp_path):
    words = ("base", "base@threads=1", "--threads", "1", "--data", tmp_path / "none")
    done = call(*words, cwd=tmp_path)
    assert done.stderr.startswith("xlbench: note: both arms are the same, base:")


@pytest.fixture(scope="module")
def of_three_arms(write_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("three") / "run"
    return write_run(folder, seed=9, arms=("base", "base@threads=2", "stilts"))


def test_of_three_arms_of_one_run_each_is_compared_with_the_first(of_three_arms):
    done = compare(of_three_arms, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    first, *others = (f"{of_three_arms}:{arm}" for arm in ("base", "base@threads=2", "stilts"))
    assert told["a"] == first
    assert [(each["a"], each["b"]) for each in told["comparisons"]] == [(first, b) for b in others]
    assert all(each["alpha"] == 0.025 for each in told["comparisons"]), "0.05 for all of them"
    assert {each["arm"] for each in told["arms"]} == {first, *others}
    ranks = [each["latency_rank"] for each in told["arms"]]
    assert ranks == sorted(ranks)
    assert any(each["best_choice"] for each in told["arms"])


def test_named_arms_of_results_are_compared_with_the_first_named(of_three_arms, folders):
    told = json.loads(
        compare(f"{of_three_arms}:stilts", folders["base"], folders["slow"], "--json").stdout
    )
    slow = told["comparisons"][1]
    assert (told["a"], slow["b"]) == (f"{of_three_arms}:stilts", str(folders["slow"]))
    assert slow["verdict"] == "slower"


def test_the_table_of_ranks_stands_last_and_through_a_pipe_the_cells_of_all_arms(of_three_arms):
    text = compare(of_three_arms, "--format", "text").stdout
    last = text[text.rindex("all arms against") :]
    assert "stilts" in last and "best choices" in last
    piped = compare(of_three_arms, "--format", "tsv")
    head, *rows = [line.split("\t") for line in piped.stdout.splitlines()]
    assert head[:2] == ["arm", "scenario"]
    assert {row[0].rpartition(":")[2] for row in rows} == {"base@threads=2", "stilts"}
    assert {len(row) for row in rows} == {len(head)}
    assert "all arms against" in piped.stderr


def test_three_arms_where_two_are_wanted_are_refused(of_three_arms):
    refused = call("base", "stilts", "base@threads=2", "--tradeoff")
    assert refused.returncode == 2 and "a table of two arms" in refused.stderr
    mixed = call("base", of_three_arms, "stilts")
    assert mixed.returncode == 2 and "is a result folder and base is not" in mixed.stderr
