"""A dry run answers in time: what it has no time to count is extrapolated, and said to be."""

from __future__ import annotations

import itertools
from functools import partial

import pytest

from xlbench.api.comparing import asked
from xlbench.api.measuring import settings_of
from xlbench.arm_options import Options
from xlbench.arms import parse_arm
from xlbench.asked import Wanted
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.foretold import foretold
from xlbench.compare.dry import estimate as of_comparison
from xlbench.report.plan import plan_lines
from xlbench.run import dry
from xlbench.run.dry import estimate
from xlbench.run.live_arm import LiveArm
from xlbench.run.prepare import prepare
from xlbench.run.visits import Visits
from xlbench.workers.client import Worker

pytestmark = pytest.mark.usefixtures("forked_workers")

SHARE = dry._share
CPU = Options(device="cpu", threads=1)


@pytest.fixture(scope="module", autouse=True)
def workers_of_the_tests():
    """The workers are forked already, from a server of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dry, "_share", lambda server, arms: None)
        yield


@pytest.fixture(scope="module")
def prepared():
    settings = settings_of(
        ["base@device=cpu"], None, tasks=("xnli", "tatoeba"), languages=("ar", "sw", "th")
    )
    return prepare(settings, load_catalogue(None), lambda _: None)


@pytest.fixture(scope="module")
def whole(prepared):
    return estimate(prepared, within_s=1e9)


class Clock:
    """Stands still until it is put forward."""

    now_s = 0.0

    def __call__(self):
        return self.now_s


def out_of_time_after(visits, monkeypatch):
    """Return a clock that is past any deadline after so many timed batches."""
    clock, visit, left = Clock(), Visits.visit, [visits]

    def timed(self, *arguments):
        record = visit(self, *arguments)
        left[0] -= 1
        if left[0] == 0:
            clock.now_s = 1000.0
        return record

    monkeypatch.setattr(Visits, "visit", timed)
    return clock


@pytest.fixture
def hurried(prepared, monkeypatch):
    """The time is over after the first batch."""
    return estimate(prepared, clock=out_of_time_after(1, monkeypatch))


def test_with_time_everything_is_counted(whole):
    assert not any(row["extrapolated"] for row in whole["rows"])
    assert [row["examples"] for row in whole["rows"]] == [18, 48]


def assert_alike(guessed, counted):
    """Text of another script and task has other tokens for a byte, not ten times as many."""
    assert guessed["cells"] == counted["cells"]
    assert counted["tokens"] / 4 < guessed["tokens"] < 4 * counted["tokens"]
    assert counted["expected_s"] / 10 < guessed["expected_s"] < 10 * counted["expected_s"]


def test_without_time_the_rest_is_extrapolated_by_the_bytes_of_the_data(whole, hurried):
    assert all(row["extrapolated"] for row in hurried["rows"])
    for name in ("cells", "processes", "budget_s"):
        assert hurried[name] == whole[name]
    for guessed, counted in zip(hurried["rows"], whole["rows"], strict=True):
        assert_alike(guessed, counted)
    first, second = hurried["rows"]
    assert first["weights_bytes"] == whole["rows"][0]["weights_bytes"]
    assert second["expected_peak_bytes"] is None, "it was not loaded"


def test_the_size_of_a_checkpoint_that_was_not_loaded_is_that_of_fp32_weights(prepared, whole):
    told = foretold(prepared.plan.specs["base@device=cpu", "xnli"]).weights_bytes
    loaded = whole["rows"][0]["weights_bytes"]
    assert 0.9 * loaded < told < 1.1 * loaded


def test_an_arm_that_there_was_no_time_for_is_extrapolated_from_another(monkeypatch):
    settings = settings_of(["base@device=cpu", "stilts@device=cpu"], None, tasks=("xnli",))
    both = prepare(settings, load_catalogue(None), lambda _: None)
    found = estimate(both, clock=out_of_time_after(1, monkeypatch))
    one, other = found["rows"]
    assert (one["arm"], other["arm"]) == ("base@device=cpu", "stilts@device=cpu")
    assert_alike(other, one)
    assert found["expected_s"] > 0 and other["expected_peak_bytes"] is None


class Server:
    renewals = 0

    def renew(self):
        self.renewals += 1


@pytest.mark.parametrize(
    ("texts", "shared"),
    [
        (("a", "b@dtype=bf16", "c@threads=3"), [True, True, False]),
        (("a", "b@threads=3"), [False, False]),
        (("a",), [False]),
    ],
)
def test_arms_that_are_alike_share_the_time_of_their_imports(texts, shared):
    server, arms = Server(), [LiveArm(parse_arm(text, CPU), 60.0) for text in texts]
    SHARE(server, arms)
    assert [live.process.fork_server is server for live in arms] == shared
    assert server.renewals == any(shared), "for one arm alone a server is a detour"


def test_where_no_worker_comes_up_in_time_nothing_is_made_up(prepared, monkeypatch):
    def never(self):
        while True:
            self._waiting()

    monkeypatch.setattr(Worker, "come_up", never)
    ticks = itertools.count()
    found = estimate(prepared, clock=lambda: float(next(ticks)))
    assert found["expected_s"] is None and found["cells"] == 12
    for row in found["rows"]:
        assert row["tokens"] is row["expected_s"] is row["examples"] is None
        assert row["weights_bytes"] > 0
    said = "\n".join(line.plain for line in plan_lines(found, 120))
    assert "not known" in said and "–" in said and "None" not in said


def test_the_table_says_what_was_extrapolated(whole, hurried):
    said = "\n".join(line.plain for line in plan_lines(hurried, 120))
    assert "~" in said and "by the bytes of the data" in said
    assert "~" not in "\n".join(line.plain for line in plan_lines(whole, 120))


def test_with_a_limit_languages_are_alike_whatever_their_bytes(monkeypatch):
    settings = settings_of(["base@device=cpu"], None, tasks=("udpos",), limit=2)
    limited = prepare(settings, load_catalogue(None), lambda _: None)
    (row,) = estimate(limited, clock=out_of_time_after(1, monkeypatch))["rows"]
    assert row["extrapolated"] and row["examples"] == 2 * row["languages"]


def test_a_comparison_takes_its_pairs_of_processes_at_least(monkeypatch):
    monkeypatch.setattr(dry, "estimate", partial(dry.estimate, within_s=1e9))
    live = {"processes": 5, "budget_s": 1.0}
    what = Wanted(("xnli",), ("ar", "sw"))
    plan = of_comparison(asked(("base", "stilts"), 0.02, what, live), lambda _: None)
    assert plan["cells"] == 4 and plan["pairs"]
    once_s = sum(row["expected_s"] for row in plan["rows"])
    assert plan["expected_s"] == pytest.approx(5 * 1.5 * once_s)
    said = " ".join(line.plain for line in plan_lines(plan, 300))
    assert "5 pairs of processes" in said and "--budget (1 s)" in said


def test_of_a_large_language_the_first_examples_stand_for_all(prepared, whole, monkeypatch):
    monkeypatch.setattr("xlbench.run.counting.COUNTED", 3)
    found = estimate(prepared, within_s=1e9)["rows"]
    assert all(row["extrapolated"] for row in found)
    for guessed, counted in zip(found, whole["rows"], strict=True):
        assert counted["examples"] / 1.5 < guessed["examples"] < 1.5 * counted["examples"]
        assert counted["tokens"] / 1.3 < guessed["tokens"] < 1.3 * counted["tokens"]
