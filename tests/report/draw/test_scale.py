from hypothesis import given
from hypothesis import strategies as st

from xlbench.report.draw.scale import Scale, linear, log_ticks, logarithmic, ticks

finite = st.floats(min_value=1e-6, max_value=1e9)


@given(finite, finite)
def test_ticks_are_round_few_and_within(low, span):
    high = low + span
    if high - low < 1e-9 * high:
        return
    found = ticks(low, high, 8)
    assert 1 <= len(found) <= 12
    assert all(low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9) for value in found)
    assert found == sorted(set(found))


@given(finite, st.floats(min_value=1.05, max_value=1e6))
def test_ticks_of_a_logarithmic_axis_lie_within_and_there_is_one(low, factor):
    found = log_ticks(low, low * factor)
    assert found and found == sorted(set(found))
    assert all(low * (1 - 1e-9) <= value <= low * factor * (1 + 1e-9) for value in found)


@given(st.lists(finite, min_size=1), st.booleans())
def test_every_value_lies_on_its_axis_and_order_is_kept(values, log):
    scale = (logarithmic if log else linear)(values, 50, 390)
    places = [scale.px(value) for value in sorted(values)]
    assert all(50 <= px <= 390 for px in places)
    assert places == sorted(places)


def test_what_lies_outside_is_drawn_at_the_end():
    scale = Scale(1.0, 2.0, 10, 20)
    assert (scale.px(0.0), scale.px(float("inf"))) == (10, 20)
    assert Scale(0.5, 2.0, 0, 100, log=True).px(1.0) == 50
    assert not scale.holds(float("inf"))
