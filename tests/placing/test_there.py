"""What a machine says of what it lacks: its own name, and where paths begin."""

from pathlib import Path

import pytest

from xlbench.api.measuring import settings_of
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.errors import UserError
from xlbench.placing import there
from xlbench.placing.there import as_at_the_driver
from xlbench.run.prepare import prepare
from xlbench.version import __version__


@pytest.fixture(autouse=True)
def host(monkeypatch):
    monkeypatch.setattr(there.platform, "node", lambda: "host-7")


def test_relative_paths_begin_where_the_driver_was_called(tmp_path):
    before = Path.cwd()
    with as_at_the_driver(str(tmp_path), __version__, "n1"):
        assert Path.cwd() == tmp_path
    assert Path.cwd() == before


@pytest.mark.parametrize("folder", [".", "/not/on/this/machine"])
def test_a_path_that_is_missing_is_told_with_the_node(folder):
    settings = settings_of(["base"], None, data="nowhere/at-all", engine="ray")
    with (
        pytest.raises(UserError) as raised,
        as_at_the_driver(folder, __version__, "n1"),
    ):
        prepare(settings, load_catalogue(None), lambda _: None)
    told = str(raised.value)
    assert told.startswith("host-7 (node n1): --data nowhere/at-all: there is no such folder")
    assert ("/not/on/this/machine, where relative paths begin" in told) == (folder != ".")


def test_another_version_is_refused_with_the_node():
    with (
        pytest.raises(UserError, match=r"host-7 \(node n1\): xlbench .* of 0\.0\.1: install"),
        as_at_the_driver(".", "0.0.1", "n1"),
    ):
        raise AssertionError("went on")
