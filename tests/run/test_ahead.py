"""What is said of a budget before a run begins."""

from dataclasses import replace

import pytest

from xlbench.api.measuring import settings_of
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.run.ahead import unmeetable, work
from xlbench.run.prepare import prepare


@pytest.fixture(scope="module")
def prepared():
    arms = ("base@device=cpu", "xlm-roberta-base@device=cpu,weights=random")
    settings = settings_of(arms, None, tasks=("xnli",), languages=("en", "sw"), budget_s=1e6)
    return prepare(settings, load_catalogue(None), lambda _: None)


def said(prepared, **more):
    return list(unmeetable(replace(prepared, settings=replace(prepared.settings, **more))))


def test_a_budget_that_holds_a_pass_is_no_matter(prepared):
    assert said(prepared) == [] == said(prepared, budget_s=1e-9, scenarios=("single-stream",))


def test_a_budget_that_no_pass_can_meet_is_said_with_both_ways_out(prepared):
    large = dict.fromkeys(prepared.inputs.sizes, 10**9)
    big = replace(prepared, inputs=replace(prepared.inputs, sizes=large))
    (sentence,) = said(big, budget_s=60.0)
    assert "more than the budget of 60 s" in sentence
    assert "--sample N" in sentence and "--budget " in sentence
    assert said(big, budget_s=60.0, sample=10) == []


def test_work_grows_with_model_data_and_sample(prepared):
    small, large = (work(prepared, a, "xnli", ("en", "sw")) for a in prepared.settings.arms)
    assert 0 < 10 * small < large
    assert work(prepared, prepared.settings.arms[0], "xnli", ("en",)) < small
