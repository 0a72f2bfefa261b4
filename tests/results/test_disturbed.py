import pytest

from xlbench.results.disturbed import CLOCK_FALL, LOST_SHARE, disturbances, flags_of

SECOND = 10**9


def visit(number, **values):
    quiet = {
        "arm": "base",
        "scenario": "offline",
        "visit": number,
        "status": "ok",
        "spent_ns": SECOND,
        "steal_ns": 0,
        "run_delay_ns": 0,
        "quota_ns": 0,
        "involuntary_switches": 0,
        "major_faults": 0,
        "throttle": [],
        "cpu_mhz": None,
        "gpu_mhz": None,
    }
    return quiet | values


LOST = int(LOST_SHARE * SECOND) + 1


@pytest.mark.parametrize(
    ("counted", "reason"),
    [
        ({"steal_ns": LOST}, "steal"),
        ({"run_delay_ns": LOST}, "preempted"),
        ({"run_delay_ns": None, "involuntary_switches": 100}, "preempted"),
        ({"quota_ns": LOST}, "quota"),
        ({"major_faults": 50}, "paging"),
        ({"throttle": ["power-cap", "thermal"]}, "throttled"),
    ],
)
def test_what_took_time_from_a_visit_marks_it(counted, reason):
    assert disturbances([visit(0), visit(1, **counted)]) == {1: (reason,)}


@pytest.mark.parametrize(
    "counted",
    [
        {"steal_ns": LOST - 2, "run_delay_ns": LOST - 2},
        # The kernel says how long: then the number of switches does not matter.
        {"run_delay_ns": 1000, "involuntary_switches": 1000},
        {"run_delay_ns": None, "involuntary_switches": 2},
        {"steal_ns": None, "run_delay_ns": None, "quota_ns": None, "throttle": None},
        {"throttle": ["power-cap"]},
        {"status": "failed", "spent_ns": None, "steal_ns": None},
    ],
)
def test_little_or_unknown_marks_nothing(counted):
    assert disturbances([visit(0, **counted)]) == {}


def test_a_single_forced_switch_in_a_short_visit_is_not_many_a_second():
    short = visit(0, spent_ns=SECOND // 100, run_delay_ns=None, involuntary_switches=1)
    assert disturbances([short]) == {}


@pytest.mark.parametrize("clock", ["cpu_mhz", "gpu_mhz"])
def test_a_clock_below_the_arms_other_visits_marks_the_visit(clock):
    slow = int(3000 * (1 - CLOCK_FALL)) - 1
    visits = [visit(i, **{clock: 3000}) for i in range(4)]
    visits += [visit(4, **{clock: slow}), visit(5, **{clock: 2950})]
    # Another arm may run its processors at another frequency all the time.
    visits += [visit(10 + i, arm="other", **{clock: 2000}) for i in range(3)]
    assert disturbances(visits) == {4: ("slow-clock",)}


def test_two_visits_do_not_say_what_is_usual():
    assert disturbances([visit(0, cpu_mhz=3000), visit(1, cpu_mhz=1000)]) == {}


def test_a_cell_is_flagged_when_most_of_its_samples_are_marked():
    marks = {1: ("steal",), 2: ("throttled",)}
    assert flags_of({0: 50, 1: 49}, marks) == set()
    assert flags_of({0: 50, 1: 51}, marks) == {"disturbed"}
    assert flags_of({0: 10, 1: 10, 2: 30}, marks) == {"disturbed", "throttled"}
    assert flags_of({}, marks) == set()
