"""xlbench from a Python program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from program import call

import xlbench
from xlbench.api.measuring import new_folder_name

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(scope="module")
def folders(write_run, tmp_path_factory):
    root = tmp_path_factory.mktemp("recorded")
    return {
        "base": write_run(root / "base", seed=1, right=[True] * 11 + [False]),
        "slow": write_run(root / "slow", seed=2, factor=1.1, right=[True] * 12),
        "same": write_run(root / "same", seed=4),
        "two": write_run(root / "two", seed=3, arms=("base", "stilts")),
    }


def fresh(code):
    """Run code in an interpreter of its own; return its standard output."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_xlbench_imports_nothing_heavy_and_comparing_no_torch(folders):
    heavy = "{m for m in sys.modules if m in ('torch', 'transformers', 'numpy', 'pyarrow')}"
    told = fresh(
        f"import sys, xlbench; print({heavy}); "
        f"xlbench.compare({str(folders['base'])!r}, {str(folders['slow'])!r}); "
        f"print({heavy} & {{'torch', 'transformers'}})"
    )
    assert told.splitlines() == ["set()", "set()"]


def test_run_and_compare_are_functions_whatever_was_imported_first():
    for before in ("", "import xlbench.run.execute, xlbench.compare.live; import xlbench.api; "):
        code = f"import xlbench; {before}print(callable(xlbench.run), callable(xlbench.compare))"
        assert fresh(code) == "True True\n"
    assert {"run", "load", "compare", "gate"} <= set(dir(xlbench))
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = xlbench.no_such_thing


def test_cells_are_rows_and_tables_of_three_libraries(folders):
    recorded = xlbench.load(folders["base"])
    assert (recorded.run_id, recorded.arms, recorded.failed) == ("base", ("base",), 0)
    cells = recorded.cells()
    assert len(cells) == 4 and {row["language"] for row in cells} == {"en", "sw"}
    arrow = cells.to_arrow()
    assert arrow.schema.field("latency_p50_ms").metadata[b"description"]
    assert len(recorded.samples()) == 4 * 5 * 12 * 8 and len(recorded.visits()) == 20
    assert recorded.averages()["base"]["tasks"]["xnli"]["average"] == pytest.approx(1100 / 12)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_has_the_rows_of_the_table(folders, library):
    pytest.importorskip(library)
    cells = xlbench.load(folders["base"]).cells()
    frame = getattr(cells, f"to_{library}")()
    assert frame.shape == (4, cells.to_arrow().num_columns)
    assert list(frame["language"]) == ["en", "en", "sw", "sw"]


def test_what_is_not_a_result_is_a_users_mistake(tmp_path):
    with pytest.raises(xlbench.UserError, match="not a result folder"):
        xlbench.load(tmp_path)


def test_a_comparison_is_what_the_command_line_prints(folders):
    found = xlbench.compare(folders["base"], folders["slow"], langs=["Swahili"], margin=0.05)
    told = call("compare", folders["base"], folders["slow"], "--langs=sw", "--margin=5%", "--json")
    assert found.to_json() == json.loads(told.stdout)
    assert found.verdict == "slower" and [cell.cell.language for cell in found.cells] == ["sw"] * 2


def test_two_arms_of_one_result_are_named_by_their_texts(folders):
    two = xlbench.load(folders["two"])
    found = xlbench.compare(two, two, arms=("base", "stilts"))
    assert found.verdict == "equivalent"


def test_all_arms_are_compared_with_the_first_and_ranked(folders):
    three = xlbench.compare_all(folders["base"], folders["slow"], folders["same"])
    assert [each.verdict for each in three] == ["slower", "equivalent"]
    assert {each.alpha for each in three} == {0.025}
    assert [each.latency_rank for each in xlbench.standings(three)] == [1, 1, 3]
    (of_one,) = xlbench.compare_all(folders["two"])
    assert of_one == xlbench.compare(folders["two"], folders["two"], arms=("base", "stilts"))
    with pytest.raises(xlbench.UserError, match="it holds one arm"):
        xlbench.compare_all(folders["base"])
    with pytest.raises(xlbench.UserError, match="not some of each"):
        xlbench.compare_all(folders["base"], "base")
    with pytest.raises(xlbench.UserError, match="budget_s can't apply"):
        xlbench.compare_all(folders["base"], folders["slow"], budget_s=1.0)


def test_a_gate_judges_results(folders):
    loaded = xlbench.load(folders["base"])
    assert xlbench.gate(loaded, folders["slow"], max_drift=0.05).outcome == "fail"
    assert xlbench.gate(loaded, folders["slow"], max_drift=0.2).outcome == "pass"


def test_what_can_not_apply_is_refused(folders):
    with pytest.raises(xlbench.UserError, match="budget_s can't apply"):
        xlbench.compare(folders["base"], folders["slow"], budget_s=1.0)
    with pytest.raises(xlbench.UserError, match="measured live"):
        xlbench.compare("base", "stilts", across_machines=True)
    with pytest.raises(xlbench.UserError, match="one of each"):
        xlbench.compare(folders["base"], "stilts")
    with pytest.raises(xlbench.UserError, match="did you mean xnli"):
        xlbench.run("base", tasks=["xnl"])
    with pytest.raises(xlbench.UserError, match="no arm is named"):
        xlbench.run()


@pytest.mark.usefixtures("forked_workers")
def test_a_run_is_measured_and_continued(tmp_path):
    told: list[str] = []
    recorded = xlbench.run(
        "base@device=cpu",
        tasks="XNLI",
        langs=["en"],
        scenarios=["offline"],
        limit=4,
        budget_s=0.5,
        out=tmp_path / "out",
        warn=told.append,
    )
    assert recorded.folder == tmp_path / "out" and recorded.status == "finished"
    (row,) = recorded.cells()
    assert (row["status"], row["n_examples"]) == ("ok", 4) and row["throughput_tokens_per_s"] > 0
    assert len(recorded.predictions()) == 4
    again = xlbench.resume(tmp_path / "out")
    assert again.run_id == recorded.run_id


@pytest.mark.usefixtures("forked_workers")
def test_the_example_of_the_readme_works(tmp_path, monkeypatch, capsys):
    _, _, after = README.read_text(encoding="utf-8").partition("```python\n")
    example = after.partition("```")[0]
    assert "xlbench.run(" in example and "xlbench.compare(" in example
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert "sw" in capsys.readouterr().out


def test_folders_of_what_is_begun_in_the_same_second_have_names_of_their_own(monkeypatch):
    monkeypatch.setattr("time.strftime", lambda form: form.replace("%", ""))
    names = {new_folder_name("compare-") for _ in range(20)}
    assert len(names) > 15
    assert all(str(name).startswith("results/compare-Ymd-HMS-") for name in names)
