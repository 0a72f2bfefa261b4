"""Sums become percentages, alone or many at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xlbench.metrics import combine

COUNTS = arrays(np.float64, st.tuples(st.integers(1, 5), st.just(3)), elements=st.integers(0, 50))


@pytest.mark.parametrize(
    ("how", "sums", "expected"),
    [
        (combine.share, (3, 4), 75.0),
        (combine.share, (0, 0), 0.0),
        (combine.mean, (1.5, 2), 75.0),
        (combine.precision, (3, 5, 4), 3 / 5 * 100),
        (combine.recall, (3, 5, 4), 75.0),
        (combine.f1, (3, 5, 4), 2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4) * 100),
        (combine.f1, (0, 0, 0), 0.0),
        (combine.f1, (0, 5, 0), 0.0),
        (combine.precision, (0, 0, 4), 0.0),
    ],
)
def test_known_values(how, sums, expected) -> None:
    assert how(np.array(sums, dtype=float)) == expected


@given(COUNTS)
def test_many_sums_at_once_give_what_each_gives_alone(sums) -> None:
    sums[:, 0] = sums.min(axis=1)
    for how in (combine.f1, combine.precision, combine.recall):
        alone = [float(how(row)) for row in sums]
        assert how(sums).tolist() == alone
        assert how(np.stack([sums, sums])).tolist() == [alone, alone]
        assert all(0 <= value <= 100 + 1e-12 for value in alone)
