from hypothesis import given
from hypothesis import strategies as st

from xlbench.report.sparkline import WIDTH, sparkline

VALUES = st.lists(st.floats(0.001, 1e6), min_size=1, max_size=300)


def test_a_step_is_low_blocks_a_bar_and_high_blocks():
    assert sparkline([1.0, 1.0, 2.0, 2.0], [2]) == "▁▁│██"


def test_noise_alone_looks_flat():
    drawn = sparkline([10.0, 10.05, 9.95, 10.0])
    assert len(set(drawn)) <= 2 and "▁" not in drawn and "█" not in drawn


@given(VALUES)
def test_a_line_fits_its_width_whatever_the_number_of_runs(values):
    drawn = sparkline(values)
    assert len(drawn) <= WIDTH
    assert len(drawn) == len(values) or len(values) > WIDTH


def test_no_values_are_no_line():
    assert sparkline([]) == ""
