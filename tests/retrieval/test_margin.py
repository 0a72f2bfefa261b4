"""Margins by hand."""

import numpy as np
import pytest

from xlbench.retrieval.margin import MARGINS, candidate_margins


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ratio", [[0.8 / 0.6, 0.4 / 0.5]]), ("distance", [[0.2, -0.1]]), ("absolute", [[0.8, 0.4]])],
)
def test_the_margin_compares_with_the_mean_of_both_means(name, expected) -> None:
    found = candidate_margins(
        np.array([[0.8, 0.4]], np.float32),
        np.array([[1, 0]]),
        np.array([0.7], np.float32),
        np.array([0.3, 0.5], np.float32),
        MARGINS[name],
    )
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert found.dtype == np.float32
