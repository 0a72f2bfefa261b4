"""What a calibration says of a machine follows from its A/A comparisons."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from xlbench.judge.calibrate import calibration
from xlbench.judge.gate import Limits
from xlbench.stats.effects import Effect
from xlbench.stats.verdicts import exceeds

from .test_gate import comparison


def test_no_alarm_in_sixty_bounds_the_rate_at_five_percent():
    found = calibration([comparison(0.0)] * 60, Limits(0.05))
    assert found.false_alarms == 0
    assert found.false_alarm_rate_hi == pytest.approx(1 - 0.05 ** (1 / 60))


def test_alarms_are_counted():
    found = calibration([comparison(0.0)] * 3 + [comparison(0.2)], Limits(0.05))
    assert found.false_alarms == 1


@pytest.mark.parametrize(("alarms", "of"), [(0, 1), (0, 20), (1, 20), (3, 7), (19, 20)])
def test_the_bound_of_the_rate_of_alarms_is_that_of_clopper_and_pearson(alarms, of):
    told = [comparison(0.2)] * alarms + [comparison(0.0)] * (of - alarms)
    expected = stats.beta.ppf(0.95, alarms + 1, of - alarms)
    assert calibration(told, Limits(0.05)).false_alarm_rate_hi == pytest.approx(expected)


def test_where_every_comparison_alarms_no_rate_is_ruled_out():
    assert calibration([comparison(0.2)] * 3, Limits(0.05)).false_alarm_rate_hi == 1.0


def test_the_typical_error_is_the_root_of_the_mean_square():
    found = calibration([comparison(0.0, se=0.001), comparison(0.0, se=0.007)], Limits(0.05))
    assert found.typical_se == pytest.approx(0.005)


def test_a_noisier_machine_detects_less():
    quiet = calibration([comparison(0.0, se=0.001)], Limits(0.05)).detectable_drift
    noisy = calibration([comparison(0.0, se=0.01)], Limits(0.05)).detectable_drift
    assert quiet is not None and noisy is not None
    assert 0.05 < quiet < noisy


def test_the_detectable_drift_is_detected_nineteen_times_out_of_twenty():
    se, limit = 0.004, 0.02
    drift = calibration([comparison(0.0, se=se)], Limits(limit)).detectable_drift
    assert drift is not None
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(2000):
        values = rng.normal(math.log1p(drift), se * math.sqrt(5), 5)
        effect = Effect(values.mean(), values.std(ddof=1) / math.sqrt(5), 4.0, 5)
        found += exceeds([effect], limit, 0.05)[0] is True
    assert found / 2000 > 0.92


def test_without_an_estimate_nothing_is_said():
    found = calibration([comparison(0.0, error="died")], Limits(0.05))
    assert found.detectable_drift is None and found.typical_se is None
