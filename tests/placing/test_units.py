"""What is one unit, what it costs, and what it needs of a machine."""

import pytest

from xlbench.api.measuring import settings_of
from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.placing.ray_measuring import need
from xlbench.placing.unit import units_of
from xlbench.placing.work import Order, own_settings
from xlbench.run.prepare import prepare

ARMS = ("base@device=cpu", "xlm-roberta-base@device=cpu,weights=random")


@pytest.fixture(scope="module")
def prepared():
    settings = settings_of(
        ARMS, None, tasks=("xnli", "tatoeba"), languages=("de", "sw"), budget_s=80.0
    )
    return prepare(settings, load_catalogue(None), lambda _: None)


def test_every_cell_is_in_one_unit_and_shares_the_budget(prepared):
    units = units_of(prepared)
    cells = [cell for unit in units for cell in unit.cells]
    assert sorted(cells) == sorted(prepared.plan.cells(prepared.settings.scenarios))
    assert len(cells) == len(set(cells)) == 16
    assert sum(unit.budget_s for unit in units) == pytest.approx(80.0)
    assert {unit.name for unit in units} == {f"{a} {t}" for a in ARMS for t in ("xnli", "tatoeba")}


def test_the_larger_model_goes_first(prepared):
    units = units_of(prepared)
    assert [unit.cost_s for unit in units] == sorted((u.cost_s for u in units), reverse=True)
    by_name = {unit.name: unit.cost_s for unit in units}
    assert by_name[f"{ARMS[1]} xnli"] > by_name[f"{ARMS[0]} xnli"]


def test_what_is_done_is_no_unit_and_what_lacks_a_scenario_is_asked_for_that_alone(prepared):
    done = {c for c in prepared.plan.cells(prepared.settings.scenarios) if c.arm == ARMS[0]}
    done |= {ArmCell(ARMS[1], "xnli", "de", "offline"), ArmCell(ARMS[1], "xnli", "sw", "offline")}
    done |= {ArmCell(ARMS[1], "tatoeba", "de", "single-stream")}
    found = {(u.task, u.scenarios): u.languages for u in units_of(prepared, done)}
    assert found == {
        ("xnli", ("single-stream",)): ("de", "sw"),
        ("tatoeba", ("offline",)): ("de",),
        ("tatoeba", ("single-stream", "offline")): ("sw",),
    }
    assert units_of(prepared, prepared.plan.cells(prepared.settings.scenarios)) == []


def test_a_unit_is_a_run_of_its_own_on_this_machine(prepared):
    unit = units_of(prepared)[0]
    settings = own_settings(Order(unit, prepared.settings, {}, 1))
    assert (settings.arms, settings.tasks, settings.languages) == (
        (unit.arm,),
        (unit.task,),
        unit.languages,
    )
    assert (settings.engine, settings.seed, settings.budget_s) == ("local", 0, unit.budget_s)


def test_of_the_gpus_that_a_unit_sees_it_has_the_first(prepared):
    unit = units_of(prepared)[0]
    on_gpu = Order(
        type(unit)(parse_arm("base@device=cuda:3"), "xnli", ("de",), ("offline",), 1.0, 1.0),
        prepared.settings,
        {},
        1,
    )
    (arm,) = own_settings(on_gpu).arms
    assert (arm.text, arm.options.device) == ("base@device=cuda:3", "cuda:0")


def nodes(*sizes):
    return [{"Alive": True, "Resources": {"CPU": float(c), "GPU": float(g)}} for c, g in sizes]


@pytest.mark.parametrize(
    ("arm", "sizes", "wanted"),
    [
        ("base@device=cpu", [(8, 0), (4, 0)], (4, 0)),
        ("base", [(8, 0)], (8, 0)),
        ("base@threads=2", [(8, 0)], (2, 0)),
        ("base@device=cpu,cpus=1-3", [(8, 0)], (3, 0)),
        ("base", [(32, 4), (8, 0)], (8, 1)),
        ("base@device=cuda:0,threads=1", [(32, 4)], (1, 1)),
        ("base@device=cpu", [(32, 4)], (32, 0)),
        ("base", [], (1, 0)),
    ],
)
def test_a_unit_has_a_device_or_processors_to_itself(arm, sizes, wanted):
    assert need(parse_arm(arm), nodes(*sizes)) == wanted
