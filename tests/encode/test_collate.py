import numpy as np

from xlbench.encode.collate import collate
from xlbench.encode.window import Window


def test_rows_are_filled_with_padding_that_the_mask_excludes():
    windows = [Window(0, np.array([5, 6, 7], np.int32)), Window(1, np.array([8], np.int32))]
    arrays = collate(windows, 4, pad_id=1)
    assert arrays.ids.tolist() == [[5, 6, 7, 1], [8, 1, 1, 1]]
    assert arrays.mask.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]
    assert arrays.type_ids is None


def test_segments_are_kept_where_the_model_has_them():
    ids = np.array([5, 6], np.int32)
    arrays = collate([Window(0, ids, np.array([0, 1], np.int32))], 3, pad_id=0)
    assert arrays.type_ids.tolist() == [[0, 1, 0]]


def test_rows_that_fill_a_batch_up_are_padding_but_for_a_first_token():
    ids = np.array([5, 6], np.int32)
    arrays = collate([Window(0, ids, np.array([0, 1], np.int32))], 3, pad_id=1, fill=2)
    assert arrays.ids.tolist() == [[5, 6, 1], [1, 1, 1], [1, 1, 1]]
    assert arrays.mask.tolist() == [[1, 1, 0], [1, 0, 0], [1, 0, 0]]
    assert arrays.type_ids.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]
