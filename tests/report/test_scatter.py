import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.report.scatter import HEIGHT, WIDTH, Point, Series, scatter, ticks

finite = st.floats(min_value=1e-6, max_value=1e9)


@given(finite, finite)
def test_ticks_are_round_and_lie_within(low, span):
    high = low + span
    if high - low < 1e-9 * high:
        return
    found = ticks(low, high)
    assert 1 <= len(found) <= 12
    assert all(low <= value * (1 + 1e-9) and value <= high * (1 + 1e-9) for value in found)


def drawn(*points, name="base"):
    return scatter("t", "x", "y", [Series(name, points)])


def places(svg):
    return [(float(x), float(y)) for x, y in re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)]


def test_more_tokens_stand_further_right_and_more_time_further_up():
    (x1, y1), (x2, y2) = places(drawn(Point("en", 1.0, 10.0), Point("th", 2.0, 20.0)))
    assert x1 < x2 and y1 > y2


@pytest.mark.parametrize("value", [0.0, 1.0, 1e-3])
def test_points_that_coincide_are_drawn_inside(value):
    for x, y in places(drawn(Point("en", value, value), Point("de", value, value))):
        assert 0 < x < WIDTH and 0 < y < HEIGHT


def test_intervals_are_inside_the_plot():
    svg = drawn(Point("en", 1.0, 10.0, 2.0, 30.0), Point("th", 2.0, 11.0))
    ends = [float(y) for y in re.findall(r'y[12]="([\d.]+)"', svg)]
    assert all(0 < y < HEIGHT for y in ends)


def test_a_label_is_written_once_whatever_the_number_of_arms():
    points = (Point("en", 1.0, 10.0), Point("th", 2.0, 20.0))
    svg = scatter("t", "x", "y", [Series("one", points), Series("two", points)])
    assert svg.count(">th</text>") == 1
    assert 'class="series0"' in svg and 'class="series1"' in svg


def test_names_are_escaped():
    assert "<b>" not in drawn(Point("<b>", 1, 1), Point("en", 2, 2), name="<b>")
