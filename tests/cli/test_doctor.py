import json
import subprocess
import sys

import program
import pytest
from typer.testing import CliRunner

from xlbench.cli.main import app
from xlbench.doctor import examine as module
from xlbench.doctor.finding import Finding


@pytest.fixture
def found(monkeypatch):
    """Makes ``examine`` find what it is given."""

    def set_to(*findings):
        monkeypatch.setattr(module, "examine", lambda *_: list(findings))

    return set_to


GOOD = Finding("load", "ok", "0.0")
BAD = Finding("steal", "bad", "20 %", "use another machine", {"steal_share": 0.2})


def call(*arguments):
    return CliRunner().invoke(app, ["doctor", *arguments])


def test_only_strict_makes_a_bad_machine_an_error(found):
    found(GOOD, BAD)
    assert call().exit_code == 0
    assert call("--strict").exit_code == 4
    found(GOOD, Finding("swap", "warn", "some"), Finding("turbo", "unknown", "?"))
    assert call("--strict").exit_code == 0


def test_the_table_names_what_is_bad_and_what_to_do(found):
    found(GOOD, BAD)
    told = call().stdout
    assert "use another machine" in told and "Not fit" in told and "steal" in told
    found(GOOD)
    assert "Fit to measure on: 1 ok." in call().stdout


def test_json_has_every_finding_with_its_numbers(found):
    found(GOOD, BAD)
    told = json.loads(call("--json").stdout)
    assert told["fit"] is False
    assert told["findings"][1] == {
        "name": "steal",
        "status": "bad",
        "found": "20 %",
        "advice": "use another machine",
        "facts": {"steal_share": 0.2},
    }


def test_this_machine_is_examined_without_a_traceback():
    done = program.call("doctor", "--device", "cpu", "--json")
    assert done.returncode == 0, done.stderr
    names = [finding["name"] for finding in json.loads(done.stdout)["findings"]]
    assert len(names) == len(set(names)) > 15 and names[-1] == "noise test"


def test_a_machine_without_proc_and_sys_is_examined_too(tmp_path, monkeypatch):
    from xlbench.probes.system import System

    found = module.examine("cpu", {}, tmp_path, System(tmp_path / "nothing"), seconds=0.01)
    assert len(found) > 15
    assert {"ok", "unknown"} <= {finding.status for finding in found}


def test_a_malformed_device_is_exit_code_2():
    done = program.call("doctor", "--device", "tpu")
    assert done.returncode == 2 and "--device tpu" in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_needs_no_torch_on_a_machine_without_a_gpu():
    code = (
        "import sys, os, pathlib; from xlbench.doctor.examine import examine; "
        "import xlbench.cli.doctor; examine('auto', os.environ, pathlib.Path('.'), seconds=0.01); "
        "sys.exit(any(m in sys.modules for m in ('torch', 'numpy', 'pyarrow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
