import math

import pytest

from xlbench.report.numbers import counted, digits, figures, listed, mib, percent, signed


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (digits(1234.567, 1), "1,234.6"),
        (digits(0.0, 2), "0.00"),
        (digits(math.inf, 2), "∞"),
        (figures(1234.5), "1,230"),
        (figures(99.94), "99.9"),
        (figures(99.96), "100"),
        (figures(0.9996), "1.00"),
        (figures(-9.996), "-10.0"),
        (figures(999.6), "1,000"),
        (figures(9.6, 1), "10"),
        (figures(12.345), "12.3"),
        (figures(1.2345), "1.23"),
        (figures(0.012345), "0.0123"),
        (figures(-0.5), "-0.500"),
        (figures(12.345, 2), "12"),
        (figures(0.0), "0"),
        (figures(math.inf), "∞"),
        (signed(1.25, 1), "+1.2"),
        (signed(-1234.5, 0), "−1,234"),
        (percent(0.1234), "12 %"),
        (percent(0.1234, 1), "12.3 %"),
        (mib(3 * 2**20), "3"),
        (mib(2**40), "1,048,576"),
        (counted(1, "cell"), "1 cell"),
        (counted(0, "cell"), "0 cells"),
        (counted(1200, "query", "queries"), "1,200 queries"),
        (listed(["a"]), "a"),
        (listed(["a", "b", "c"]), "a, b and c"),
    ],
)
def test_a_number_is_written_as_reports_have_it(made, text):
    assert made == text


def test_what_was_not_measured_is_a_dash_and_never_a_nought():
    written = [digits(None, 1), figures(None), signed(None, 1), percent(None), mib(None)]
    assert written == ["–"] * 5
