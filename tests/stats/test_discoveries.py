from hypothesis import given
from hypothesis import strategies as st

from xlbench.stats.discoveries import discovery_level


def test_the_published_example():
    # Benjamini and Hochberg 1995, section 3.2: of 15 p values 4 are discoveries at 5 %.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.000,
    ]
    assert sum(value <= discovery_level(p, 0.05) for value in p) == 4


@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0.001, 0.5))
def test_the_level_lies_between_that_of_bonferroni_and_the_rate(p_values, rate):
    level = discovery_level(p_values, rate)
    assert level == 0 or rate / len(p_values) * (1 - 1e-12) <= level <= rate
    if any(p <= rate / len(p_values) for p in p_values):
        assert level > 0


def test_nothing_asked_is_nothing_found():
    assert discovery_level([], 0.05) == 0.0
