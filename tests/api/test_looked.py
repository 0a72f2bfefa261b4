"""Whatever measures on this machine looks at it first, and its cells say what was seen."""

import os

import pytest

import xlbench
from xlbench.api import looked
from xlbench.arm_options import Options
from xlbench.doctor.finding import Finding

BUSY = Finding("other work", "bad", "other programs take 1.5 of 2 processors", "stop them")
ASKED = {"tasks": ["xnli"], "langs": ["en"], "scenarios": ["offline"]}
LITTLE = {"limit": 4, "budget_s": 0.2, "processes": 1}


class Look:
    """A look at a machine of which a test says what it finds."""

    found = (BUSY,)

    def __init__(self):
        self.threads = None
        Look.last = self

    def findings(self, threads):
        self.threads = threads
        return list(self.found)


@pytest.fixture
def look(monkeypatch, forked_workers):
    monkeypatch.setattr(looked, "Look", Look)
    Look.last = None
    return Look


def run(out, warn, **more):
    return xlbench.run("base@device=cpu", "stilts@device=cpu", **ASKED, **more, out=out, warn=warn)


def compare(out, warn, **more):
    return xlbench.compare("base", "stilts", **ASKED, **more, out=out, warn=warn)


def gate(out, warn, **more):
    return xlbench.gate("base", "stilts", **ASKED, **more, out=out, warn=warn)


@pytest.mark.parametrize("measure", [run, compare, gate])
def test_a_busy_machine_is_told_before_measuring_and_by_every_cell(measure, look, tmp_path):
    told = []
    measure(tmp_path / "out", told.append, **LITTLE)
    said = (
        "this machine is not free: other programs take 1.5 of 2 processors. What to do: stop them"
    )
    assert told.count(said) == 1
    rows = list(xlbench.load(tmp_path / "out").cells())
    assert len(rows) == 2 and all("busy-machine" in row["flags"] for row in rows)


def test_of_a_free_machine_nothing_is_said(look, tmp_path, monkeypatch):
    monkeypatch.setattr(Look, "found", ())
    told = []
    found = compare(tmp_path / "out", told.append, **LITTLE)
    assert not [each for each in told if "not free" in each]
    assert [("busy-machine" in cell.flags) for cell in found.cells] == [False]


def test_cells_of_a_comparison_say_it_and_threads_stand_against_the_processors_that_arms_share(
    look, tmp_path
):
    one = tuple(sorted(os.sched_getaffinity(0))[:1])
    more = {"cpus": one, "options": Options(threads=2)}
    found = compare(tmp_path / "out", lambda told: None, **LITTLE, **more)
    assert [("busy-machine" in cell.flags) for cell in found.cells] == [True]
    assert list(look.last.threads.values()) == [(2, 1), (2, 1)]


def test_nothing_is_looked_for_where_another_machine_measures(look):
    untouched = object()
    assert looked.looking("ray", print)(untouched, None) is untouched
    assert look.last is None
