"""The command: what it writes is taken by run; mistakes are one sentence."""

import json
import os
import signal

import program
import pytest
import yaml
from typer.testing import CliRunner

from xlbench.cli.main import app
from xlbench.errors import UserError

from .toy import pair, write_plain, write_xtreme


def call(*arguments):
    """Run the command; return its standard output."""
    result = CliRunner().invoke(app, ["train", *map(str, arguments)])
    if isinstance(result.exception, UserError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def data(tmp_path):
    write_plain(tmp_path / "intermediate", "mnli", pair)
    return write_xtreme(tmp_path)


def test_an_interrupt_says_how_to_go_on_and_that_goes_on(toy_model, data, monkeypatch):
    from xlbench.report.train_progress import TrainBar

    def describe(bar, phase, steps):
        return lambda done, loss: os.kill(os.getpid(), signal.SIGTERM) if done == 2 else None

    out = data / "out"
    words = [toy_model, "--targets", "xnli", "--data", data, "--out", out, "--max-steps", "4"]
    with monkeypatch.context() as patch:
        patch.setattr(TrainBar, "describe", describe)
        done = program.call("train", *words)
    assert done.returncode == 130
    again = f"xlbench train --resume --out {out}"
    assert done.stderr.splitlines()[-1] == f"xlbench: interrupted; go on with: {again}"
    assert [p.name for p in out.glob("base/.xnli-states/*")] == ["checkpoint-2"]
    assert program.call(*again.split()[1:]).returncode == 0
    assert (out / "base" / "xnli" / "training.json").is_file()


def test_what_is_trained_can_be_run_at_once(toy_model, data, forked_workers):
    out = data / "out"
    told = call(
        toy_model,
        "--intermediate",
        "none,mnli",
        "--targets",
        "xnli,tatoeba",
        "--data",
        data,
        "--intermediate-data",
        data / "intermediate",
        "--out",
        out,
        "--lr",
        "0.005",
        "--batch-size",
        "16",
        "--epochs",
        "4",
        "--json",
    )
    assert [card["part"] for card in json.loads(told)] == ["xnli", "encoder", "xnli"]
    run = program.call(
        "run",
        "--checkpoints",
        out / "checkpoints.yaml",
        "--ckpt",
        "stilts-mnli",
        "--ckpt",
        "base",
        "--tasks",
        "xnli",
        "--data",
        data,
        "--scenario",
        "offline",
        "--budget",
        "0s",
        "--json",
        "--out",
        data / "results",
    )
    assert run.returncode == 0, run.stderr
    cells = {cell["arm"]: cell for cell in json.loads(run.stdout)["cells"]}
    assert cells["stilts-mnli"]["metric_value"] > 95 and cells["base"]["metric_value"] > 95


def test_a_dry_run_counts_steps_and_tokens_and_writes_nothing(toy_model, data):
    told = call(
        toy_model,
        "--intermediate",
        "mnli",
        "--targets",
        "xnli",
        "--data",
        data,
        "--dry-run",
        "--intermediate-data",
        data / "intermediate",
        "--out",
        data / "out",
        "--json",
    )
    plan = json.loads(told)
    assert [row["part"] for row in plan["rows"]] == ["encoder", "xnli"]
    assert [row["steps"] for row in plan["rows"]] == [39, 50]
    # 300 rows of 4 + 3 words and 4 special tokens, all of one length, 3 and 5 times.
    assert [row["tokens"] for row in plan["rows"]] == [300 * 3 * 11, 300 * 5 * 11]
    assert plan["expected_s"] > 0 and not (data / "out").exists()


def test_resume_takes_the_arguments_that_it_began_with(toy_model, data):
    begin = ["--data", data, "--targets", "udpos", "--max-steps", "3", "--out", data / "out"]
    call(toy_model, *begin)
    with pytest.raises(UserError, match="holds another training"):
        call(toy_model, *begin)
    (data / "out" / "base" / "udpos" / "training.json").unlink()
    told = json.loads(call("--resume", "--out", data / "out", "--json"))
    assert [(card["part"], card["steps"]) for card in told] == [("udpos", 3)]


def test_a_suite_of_those_begun_can_be_trained_alone(toy_model, data):
    out = data / "out"
    begin = ["--targets", "udpos", "--seeds", "2", "--max-steps", "2", "--device", "cpu"]
    call(toy_model, "--data", data, "--out", out, *begin)
    for name in ("base-s1", "base-s2"):
        (out / name / "udpos" / "training.json").unlink()
    (out / "checkpoints.yaml").unlink()
    call("--resume", "--out", out, "--suite", "base-s2")
    assert [card.parent.parent.name for card in out.glob("*/*/training.json")] == ["base-s2"]
    assert not (out / "checkpoints.yaml").exists()
    with pytest.raises(UserError, match="--suite: expected one of base-s1, base-s2, found 'base'"):
        call("--resume", "--out", out, "--suite", "base")
    with pytest.raises(UserError, match="--suite is for a training that was begun"):
        call(toy_model, "--data", data, "--out", data / "new", "--suite", "base")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--targets", "nope"], "--targets: no task is called 'nope'"),
        (["--intermediate", "mnli+nope"], "no task is called 'nope'"),
        (["--intermediate", "squad"], "no SQuAD v1.1 there"),
        (["--targets", "panx"], "no English training set of PAN-X there"),
        (["--dtype", "int8"], "--dtype: expected fp32 or bf16"),
        (["--device", "gpu"], "--device: expected auto, cpu or cuda, found 'gpu'"),
        (["--mlm", "nowhere"], "expected text files"),
        (["--checkpoints", "nowhere.yaml"], "can't be read"),
    ],
)
def test_a_mistake_is_one_sentence(toy_model, data, arguments, problem):
    given = {"--targets": "xnli", "--data": data, "--out": data / "out"}
    given |= {"--intermediate-data": data / "intermediate"}
    given |= dict(zip(arguments[::2], arguments[1::2], strict=True))
    with pytest.raises(UserError) as error:
        call(toy_model, *(part for pair in given.items() for part in pair))
    assert problem in str(error.value) and "\n" not in str(error.value)


def test_a_model_that_is_not_there_is_named(data):
    with pytest.raises(UserError, match="unknown checkpoint or suite 'nope'"):
        call("nope", "--data", data, "--out", data / "out", "--targets", "xnli")


def test_a_model_with_too_few_positions_is_refused(toy_model, data, tmp_path):
    import shutil

    from transformers import XLMRobertaConfig, XLMRobertaModel

    short = tmp_path / "short"
    shutil.copytree(toy_model, short)
    config = XLMRobertaConfig.from_pretrained(toy_model, max_position_embeddings=66)
    XLMRobertaModel(config).save_pretrained(short)
    with pytest.raises(
        UserError, match="windows of up to 128 tokens, the model has positions for 64"
    ):
        call(short, "--data", data, "--targets", "xnli", "--out", data / "out")


def test_how_sentences_become_vectors_goes_on_to_the_trained_encoder(toy_model, data):
    mine = data / "mine.yaml"
    mine.write_text(
        f"entries: {{mine: {{source: path, path: {toy_model}, pooling: cls, prefix: 'query: ', "
        "retrieval_layer: 1}}"
    )
    out = data / "out"
    call(
        "mine",
        "--checkpoints",
        mine,
        "--intermediate",
        "none,mnli",
        "--targets",
        "tatoeba",
        "--data",
        data,
        "--intermediate-data",
        data / "intermediate",
        "--out",
        out,
        "--max-steps",
        "2",
    )
    entries = yaml.safe_load((out / "checkpoints.yaml").read_text())["entries"]
    for name in ("base-encoder", "stilts-mnli-encoder"):
        told = entries[name]
        assert (told["pooling"], told["prefix"], told["retrieval_layer"]) == ("cls", "query: ", 1)


def test_through_a_pipe_the_table_is_tab_separated(toy_model, data):
    told = call(
        toy_model, "--targets", "udpos", "--data", data, "--out", data / "out", "--max-steps", "2"
    )
    header, row = (line.split("\t") for line in told.splitlines())
    assert dict(zip(header, row, strict=True))["steps"] == "2"


@pytest.mark.parametrize(
    ("slowness", "dtype", "said"), [(21.4, "bf16", 1), (0.6, "bf16", 0), (21.4, "fp32", 0)]
)
def test_bf16_that_a_processor_emulates_is_said_with_how_slow_it_is(
    toy_model, data, monkeypatch, slowness, dtype, said
):
    monkeypatch.setattr("xlbench.train.device.bf16_slowness", lambda: slowness)
    asked = ("--targets", "udpos", "--data", data, "--max-steps", "1", "--device", "cpu")
    done = program.call("train", toy_model, *asked, "--dtype", dtype, "--out", data / "out")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("takes 21 times as long as in fp32. --dtype fp32 trains") == said


def test_how_slow_bf16_is_is_measured():
    from xlbench.train.device import bf16_slowness

    assert 0.01 < bf16_slowness() < 1000
