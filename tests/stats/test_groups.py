import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlbench.stats.groups import rows_by


@given(st.lists(st.integers(-3, 3), max_size=40))
def test_every_row_stands_once_under_its_label_and_in_order(labels):
    found = rows_by(np.array(labels, dtype=np.int64))
    assert list(found) == sorted(set(labels))
    for label, rows in found.items():
        assert rows.tolist() == [i for i, own in enumerate(labels) if own == label]
