import numpy as np
import pytest
import torch

from xlbench.encode.collate import Arrays
from xlbench.session.engine import Engine
from xlbench.session.runtimes import Runtime


def host(mask, static_shapes):
    engine = Engine(
        lambda *_: (),
        torch.device("cpu"),
        Runtime(lambda model, device: model, static_shapes),
        pad_id=1,
    )
    ids = np.ones_like(mask)
    return engine.host(Arrays(ids, mask, None))


FULL = np.ones((2, 3), dtype=np.int64)
PADDED = np.array([[1, 1, 1], [1, 1, 0]])


@pytest.mark.parametrize(
    ("mask", "static_shapes", "left_out"),
    [(FULL, False, True), (PADDED, False, False), (FULL, True, False), (PADDED, True, False)],
)
def test_a_batch_without_padding_has_no_mask_unless_its_shape_is_prepared(
    mask, static_shapes, left_out
):
    found = host(mask, static_shapes)
    assert len(found) == 2
    assert (found[1] is None) == left_out
    if not left_out:
        assert found[1].tolist() == mask.tolist()
