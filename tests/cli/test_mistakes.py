"""What a user gets wrong, and what is said: one line that names the mistake and the way out."""

from __future__ import annotations

import pytest
from program import call

from xlbench.asked import language_codes, scenario_names, task_names
from xlbench.cli.options import points
from xlbench.errors import UserError

MINE = "suites: {mine: {checkpoints: {xnli: base-xnli}}}"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "mine.yaml").write_text(MINE)
    (tmp_path / "data.tsv").write_text("x\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "locked").mkdir(mode=0o500)
    return tmp_path


RUN = ("run", "--ckpt", "base")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*RUN, "--tasks", "xnlii"), "'xnlii' is not a task (did you mean xnli?)"),
        ((*RUN, "--langs", "swa,englsh"), "--langs: 'englsh' is not a language of XTREME"),
        ((*RUN, "--scenario", "offlin"), "(did you mean offline?)"),
        (("run", "--ckpt", "stilt"), "'stilt' (did you mean stilts?)"),
        (("run", "--ckpt", "base@dtyp=bf16"), "unknown option 'dtyp' (did you mean dtype?)"),
        ((*RUN, "--device", "gpu"), "--device: expected auto, cpu or cuda:N, found 'gpu'"),
        ((*RUN, "--langs", "en,", "sw"), "without spaces: --langs en,sw"),
        ((*RUN, "--langs", "en", "sw", "th"), "without spaces: --langs en,sw,th"),
        ((*RUN, "--tasks", "xnli,"), "--tasks xnli,NEXT"),
        ((*RUN, "--task", "xnli"), "no option '--task' (did you mean --tasks?). See: xlbench run"),
        (("comapre", "base", "base"), "Did you mean 'compare'? See: xlbench --help"),
        (("list", "lang"), "(did you mean langs?)"),
        (
            ("run", "--ckpt", "model.safetensors"),
            "a file; expected the folder that holds",
        ),
        (("run", "--ckpt", "mine.yaml"), "pass it as --checkpoints mine.yaml"),
        ((*RUN, "--data", "data.tsv"), "--data data.tsv: a file, not a folder"),
        ((*RUN, "--data", "nowhere"), "--data nowhere: there is no such folder"),
        ((*RUN, "--out", "data.tsv"), "--out data.tsv: a file, not a folder"),
        ((*RUN, "--out", "data.tsv/x"), "--out data.tsv/x: a part of it is a file"),
        ((*RUN, "--out", "a" * 300), "file name too long"),
        ((*RUN, "--out", "/proc/x"), "--out /proc/x: can't be written to"),
        ((*RUN, "--resume"), "say with --out which result folder"),
        (
            (*RUN, "--resume", "--out", "folder", "--dtype", "bf16", "--skip-malformed"),
            "--dtype, --skip-malformed can't apply",
        ),
        (("run",), "--ckpt is missing"),
        (("run", "--ckpt"), "requires an argument. See: xlbench run --help"),
        ((*RUN, "--limit", "0"), "--limit"),
        ((*RUN, "--budget", "soon"), "--budget: expected a duration"),
        (("gate", "base", "base", "--format", "jason"), "(did you mean json?)"),
        (("gate", "base", "base", "--max-metric-drop", "lots"), "expected percentage points"),
        (("compare", "base", "base", "--start", "spawned"), "--start: expected one of"),
        (("compare", "base"), "base: name a second arm"),
        (("gate",), "Missing argument"),
    ],
)
def test_a_mistake_is_one_line_that_names_it_and_exit_code_2(place, words, said):
    done = call(*words, cwd=place)
    assert done.returncode == 2 and not done.stdout
    assert said in done.stderr and done.stderr.count("\n") == 1
    assert done.stderr.startswith("xlbench: ") and len(done.stderr) < 500
    assert sorted(path.name for path in place.iterdir()) == [
        "data.tsv",
        "folder",
        "locked",
        "mine.yaml",
        "model.safetensors",
    ]


def test_a_page_is_not_written_over_a_folder(place, write_run):
    result = write_run(place / "result")
    done = call("report", result, "--html", "folder", cwd=place)
    assert done.returncode == 2
    assert (
        "--html folder: a folder, not a file; name a file, e.g. folder/report.html" in done.stderr
    )


def test_titles_names_and_codes_of_iso_639_are_understood():
    assert task_names("--tasks", "XNLI, PAWS-X,ud-pos,TyDiQA,TyDiQA-GoldP,BUCC") == (
        "xnli",
        "pawsx",
        "udpos",
        "tydiqa",
        "bucc2018",
    )
    assert language_codes("--langs", "EN,eng,Swahili,zho,cmn,fas") == ("en", "sw", "zh", "fa")
    assert scenario_names("--scenario", "Offline,single-stream") == ("single-stream", "offline")
    assert task_names("--tasks", "ALL") is None and language_codes("--langs", "all") is None


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("5%", 5), ("0.5 points", 0.5), ("0", 0)])
def test_a_drop_of_a_metric_is_in_percentage_points_however_it_is_written(text, value):
    assert points("--max-metric-drop", text) == value


@pytest.mark.parametrize("text", ["", "nan", "-1", "101", "inf", "five"])
def test_what_is_no_number_of_points_is_refused(text):
    with pytest.raises(UserError, match="--max-metric-drop"):
        points("--max-metric-drop", text)


def test_a_suite_needs_no_description(place):
    done = call("list", "suites", "--checkpoints", "mine.yaml", "--json", cwd=place)
    assert done.returncode == 0 and '"mine"' in done.stdout


def test_help_has_panels_and_no_type_for_an_option_without_a_value(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    told = call("run", "--help").stdout
    for panel in ("What is measured", "How an arm runs", "How long, how exactly", "Output"):
        assert f"─ {panel} ─" in told
    assert "bool" not in told.lower() and "bool" not in call("--help").stdout.lower()
    assert "[default: fp32]" in told and "fp32|tf32|bf16|fp16" in told
    assert "xlbench run --ckpt base" in told


@pytest.mark.parametrize("command", ["run", "compare", "gate", "report", "history"])
def test_every_command_that_prints_a_result_prints_json(command):
    assert "--json" in call(command, "--help").stdout


@pytest.mark.parametrize("command", ["run", "compare", "gate", "history"])
def test_cells_are_chosen_with_the_same_options_everywhere(command):
    told = call(command, "--help").stdout
    assert all(option in told for option in ("--tasks", "--langs", "--scenario"))


def test_without_a_command_help_is_shown():
    done = call()
    assert done.returncode == 0 and "compare" in done.stdout and not done.stderr
