"""Several results as one."""

from dataclasses import replace

import pytest

from xlbench.asked import Wanted
from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.report.filters import Filters
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from .synthetic import write_comparison, write_run

FEW = {"xnli": ("en", "th"), "xquad": ("en",)}
EVERY = Filters()


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    where = tmp_path_factory.mktemp("whole")

    def made(name, arms):
        return write_run(where / name, arms, tuple(FEW), FEW)

    return {
        "run": made("run", ("base", "stilts")),
        "again": made("again", ("base",)),
        "other": made("other", ("stilts-mnli",)),
        "compared": write_comparison(made("compared", ("base", "stilts")), "base", "stilts"),
    }


def of(folders, *names, filters=EVERY, raw=False):
    return whole([recorded(folders[name]) for name in names], filters, raw)


def test_arms_of_several_runs_stand_side_by_side(folders):
    found = of(folders, "again", "other")
    assert found.arms == ["base", "stilts-mnli"]
    assert found.tasks == ["xnli", "xquad"]
    assert found.find("stilts-mnli", Cell("xnli", "th", "offline")).arm == "stilts-mnli"
    assert found.find("stilts-mnli", Cell("xnli", "sw", "offline")) is None


def test_an_arm_that_two_runs_have_is_told_apart_by_its_folder(folders):
    found = of(folders, "run", "again")
    assert found.arms == [f"base ({folders['run']})", "stilts", f"base ({folders['again']})"]
    assert len(found.cells) == 12 + 6


def test_verdicts_stand_beside_the_cells_of_a_run_of_the_same_arms(folders):
    found = of(folders, "run", "compared")
    assert found.arms == ["base", "stilts"] and len(found.cells) == 12
    (compared,) = found.comparisons
    assert (compared.a, compared.b) == ("base", "stilts")
    assert any("verdicts" in note for note in found.notes)


def test_what_others_were_compared_with_comes_first(folders, tmp_path):
    turned = write_run(tmp_path / "turned", ("stilts", "base"), tuple(FEW), FEW)
    write_comparison(turned, "base", "stilts")
    assert whole([recorded(turned)], EVERY).arms == ["base", "stilts"]
    mixed = whole([recorded(folders["other"]), recorded(turned)], EVERY)
    assert mixed.arms == ["base", "stilts-mnli", "stilts"]


def test_a_comparison_alone_shows_its_own_cells(folders):
    found = of(folders, "compared")
    assert len(found.cells) == 12 and len(found.comparisons) == 1


def test_a_comparison_of_an_arm_that_is_not_shown_is_left_out(folders):
    found = of(folders, "compared", filters=Filters(arms=("base",)))
    assert found.arms == ["base"] and found.comparisons == ()


def test_filters_take_cells_verdicts_and_samples(folders):
    asked = Filters(Wanted(("xnli",), ("th",), ("offline",)))
    found = of(folders, "compared", filters=asked, raw=True)
    assert {cell.cell for cell in found.cells} == {Cell("xnli", "th", "offline")}
    assert set(found.comparisons[0].cells) == {Cell("xnli", "th", "offline")}
    (raw,) = found.raw.values()
    assert {cell.cell for cell in raw.latencies_ms} == {Cell("xnli", "th", "offline")}
    assert {visit.cell.language for visit in raw.visits} == {"th"}


def test_samples_follow_the_names_of_their_arms(folders):
    found = of(folders, "run", "again", raw=True)
    arms = {cell.arm for raw in found.raw.values() for cell in raw.latencies_ms}
    assert arms == set(found.arms)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(arms=("stilt",)), "--arm: 'stilt' is not a known arm.*did you mean"),
        (Filters(Wanted(("panx",))), "no cell of --tasks panx: leave"),
        (Filters(Wanted(languages=("th",)), ("foo",)), "--arm: 'foo' is not"),
    ],
)
def test_what_nothing_has_is_said(folders, filters, said):
    with pytest.raises(UserError, match=said):
        of(folders, "run", filters=filters)


def test_different_machines_are_said(folders, tmp_path):
    far = write_run(tmp_path / "far", ("far",), tuple(FEW), FEW, machine="m-two")
    found = whole([recorded(folders["run"]), recorded(far)], EVERY)
    assert any("different machines" in note for note in found.notes)


def test_nodes_of_one_kind_are_said(folders):
    one = recorded(folders["run"])
    rows = tuple({**row, "node": f"n{n % 2}"} for n, row in enumerate(one.rows))
    found = whole([replace(one, result=replace(one.result, cells=rows))], EVERY)
    assert any("2 machines of one kind" in note for note in found.notes)


def test_the_averages_are_those_of_the_folder(folders):
    found = recorded(folders["run"])
    assert of(folders, "run").averages() == found.averages
