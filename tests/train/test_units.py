"""Suites as units: which are left, what a machine checks, and what the driver makes of it all."""

import json
from dataclasses import replace

import pytest

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.errors import UserError
from xlbench.placing.brought import Failure
from xlbench.placing.dispatch import Places
from xlbench.placing.execute import Unwatched
from xlbench.results.lock import locked
from xlbench.train.execute import prepare, write_settings
from xlbench.train.over_cluster import train_over
from xlbench.train.plan import Settings
from xlbench.train.units import Order, Trained, alone, train_unit, units_left

from .conftest import FAST
from .toy import pair, write_plain, write_xtreme


@pytest.fixture
def prepared(toy_model, tmp_path):
    write_plain(tmp_path / "intermediate", "mnli", pair, train=40, dev=8)
    write_xtreme(tmp_path)
    settings = Settings(
        model=str(toy_model),
        intermediate=("none", "mnli"),
        targets=("xnli",),
        data=str(tmp_path),
        intermediate_data=str(tmp_path / "intermediate"),
        recipe=(*FAST, ("max_steps", 3)),
    )
    found = prepare(settings, Catalogue({}, {}), tmp_path / "out")
    write_settings(found)
    return found


class Machines:
    """One that trains, one that is lost for good, and one that writes to a folder of its own."""

    def __init__(self, prepared, lost=(), elsewhere=()):
        self.prepared, self.lost, self.elsewhere = prepared, lost, elsewhere
        self.begun = []

    def places(self):
        return Places(1, 1)

    def begin(self, unit):
        self.begun.append(unit.name)
        return unit.name

    def ended(self, handles, timeout_s):
        for suite in handles:
            if suite in self.lost:
                yield suite, Failure("its machine was lost 5 times")
                continue
            if suite not in self.elsewhere:
                train_unit(Order(suite, self.prepared.settings, str(self.prepared.out), 1))
            yield suite, Trained(suite, "far-away")

    def cancel(self, handles):
        pass


def test_the_longest_suites_go_first_and_whole_ones_not_again(prepared):
    assert [u.name for u in units_left(prepared.settings, prepared.out)] == ["stilts-mnli", "base"]
    machines = Machines(prepared)
    train_over(prepared, machines, Unwatched())
    assert machines.begun == ["stilts-mnli", "base"]
    assert units_left(prepared.settings, prepared.out) == []
    again = Machines(prepared)
    train_over(prepared, again, Unwatched())
    assert again.begun == []


def test_a_suite_that_fails_is_named_and_the_others_are_kept(prepared):
    with pytest.raises(UserError, match=r"1 suite could not .*stilts-mnli: its machine.*--resume"):
        train_over(prepared, Machines(prepared, lost=["stilts-mnli"]), Unwatched())
    assert [u.name for u in units_left(prepared.settings, prepared.out)] == ["stilts-mnli"]


def test_weights_that_the_driver_does_not_see_are_no_weights(prepared):
    """Else the driver would train them itself, and nobody would know why it takes so long."""
    with pytest.raises(UserError, match=r"base: far-away wrote it to .*out, and here it is not"):
        train_over(prepared, Machines(prepared, elsewhere=["base"]), Unwatched())


def test_a_machine_without_the_shared_folder_says_so(prepared, tmp_path):
    with pytest.raises(UserError, match=r"--out .*not-shared: train.json.* is not there"):
        train_unit(Order("base", prepared.settings, str(tmp_path / "not-shared"), 1))
    other = replace(prepared.settings, seeds=2)
    with pytest.raises(UserError, match=r"train\.json"):
        train_unit(Order("base", other, str(prepared.out), 1))


def test_weights_of_other_data_are_refused_by_name(prepared):
    train_over(prepared, Machines(prepared), Unwatched())
    card = prepared.out / "base" / "xnli" / "training.json"
    told = json.loads(card.read_text())
    told["sets"][-1]["fingerprint"] = "of another machine"
    card.write_text(json.dumps(told))
    with pytest.raises(UserError, match=r"base/xnli: was trained on other data of xnli than"):
        train_over(prepared, Machines(prepared), Unwatched())


def test_a_suite_waits_for_the_end_of_the_process_that_had_it(tmp_path):
    waits = []
    with (
        locked(tmp_path),
        pytest.raises(UserError, match="is writing to it"),
        alone(tmp_path, within_s=1.0, sleep=waits.append),
    ):
        raise AssertionError("two at once")
    assert waits == [0.5, 0.5]
    with alone(tmp_path), pytest.raises(UserError), locked(tmp_path):
        raise AssertionError("not held")
