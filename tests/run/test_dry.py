"""A dry run answers in time: what it has no time to count is extrapolated, and said to be."""

from __future__ import annotations

import itertools

import pytest

from xlbench.api.measuring import settings_of
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.report.plan import plan_lines
from xlbench.run.dry import estimate
from xlbench.run.prepare import prepare

pytestmark = pytest.mark.usefixtures("forked_workers")


@pytest.fixture(scope="module")
def prepared():
    settings = settings_of(
        ["base@device=cpu"], None, tasks=("xnli", "tatoeba"), languages=("ar", "sw", "th")
    )
    return prepare(settings, load_catalogue(None), lambda _: None)


@pytest.fixture(scope="module")
def whole(prepared):
    return estimate(prepared, within_s=1e9)


@pytest.fixture(scope="module")
def hurried(prepared):
    """On a clock on which everything takes a thousand seconds."""
    ticks = itertools.count(0, 1000)
    return estimate(prepared, clock=lambda: float(next(ticks)))


def test_with_time_everything_is_counted(whole):
    assert not any(row["extrapolated"] for row in whole["rows"])
    assert [row["examples"] for row in whole["rows"]] == [18, 48]


def test_without_time_the_rest_is_extrapolated_by_the_bytes_of_the_data(whole, hurried):
    assert all(row["extrapolated"] for row in hurried["rows"])
    for name in ("cells", "processes", "budget_s"):
        assert hurried[name] == whole[name]
    for guessed, counted in zip(hurried["rows"], whole["rows"], strict=True):
        assert guessed["cells"] == counted["cells"] == 6
        # Text of another script and task has other tokens for a byte, not ten times as many.
        assert counted["tokens"] / 4 < guessed["tokens"] < 4 * counted["tokens"]
    first, second = hurried["rows"]
    assert first["weights_bytes"] == whole["rows"][0]["weights_bytes"]
    assert second["weights_bytes"] is None and second["expected_peak_bytes"] is None


def test_the_table_says_what_was_extrapolated(whole, hurried):
    said = "\n".join(line.plain for line in plan_lines(hurried, 120))
    assert "~" in said and "extrapolated by the bytes" in said
    assert "~" not in "\n".join(line.plain for line in plan_lines(whole, 120))
