"""Without the network, a checkpoint of the Hub is refused in one line that shows the ways out."""

import os
import subprocess
import sys

import pytest

CUT = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"HF_ENDPOINT": CUT}, CUT),
        ({"HF_ENDPOINT": "http://hub.invalid"}, "http://hub.invalid"),
        ({"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE"),
    ],
)
def test_a_run_names_the_checkpoint_what_was_tried_and_the_ways_out(tmp_path, environment, found):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "xlbench",
            "run",
            "--ckpt",
            "mnli-xlmr",
            "--langs",
            "en",
            "--tasks",
            "xnli",
            "--out",
            str(tmp_path / "out"),
        ],
        env={**os.environ, "HF_HOME": str(tmp_path / "home"), **environment},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 2
    assert not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("xlbench: checkpoint 'mnli-xlmr' (joeddav/xlm-roberta-large-xnli at ")
    assert found in line
    assert "--ckpt ./FOLDER" in line and "--weights random" in line
    assert not (tmp_path / "out").exists()
