"""Blocks of vectors, scaled to unit length, from memory or disk."""

import numpy as np
import pytest

from xlbench.errors import UserError
from xlbench.retrieval.vectors import Vectors, unit


def test_rows_are_scaled_to_length_1_in_the_order_asked_for() -> None:
    data = np.array([[3, 4], [0, 2], [5, 12]], np.float32)
    vectors = unit(data, rows=np.array([2, 0]))
    assert len(vectors) == 2
    np.testing.assert_allclose(vectors.block(0, 2), [[5 / 13, 12 / 13], [0.6, 0.8]], rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_blocks_are_contiguous_float32_whatever_the_array_holds(dtype) -> None:
    block = Vectors(np.arange(12, dtype=dtype).reshape(4, 3)[:, ::-1]).block(1, 3)
    assert block.dtype == np.float32
    assert block.flags.c_contiguous
    assert block.tolist() == [[5, 4, 3], [8, 7, 6]]


def test_a_block_of_float32_rows_is_not_copied() -> None:
    data = np.ones((4, 3), np.float32)
    assert np.shares_memory(Vectors(data).block(1, 3), data)


def test_a_file_on_disk_gives_the_same_vectors(tmp_path) -> None:
    data = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    np.save(tmp_path / "e.npy", data)
    mapped = unit(np.load(tmp_path / "e.npy", mmap_mode="r"))
    np.testing.assert_array_equal(mapped.block(0, 50), unit(data).block(0, 50))


@pytest.mark.parametrize(
    ("value", "what"), [(0.0, "zero"), (np.nan, "not finite"), (np.inf, "not finite")]
)
def test_a_vector_without_direction_is_an_error_that_names_it(value, what) -> None:
    data = np.ones((20_000, 2), np.float32)
    data[10_007] = value
    with pytest.raises(UserError, match=f"vector 10007: .* found one that is {what}"):
        unit(data)
    with pytest.raises(UserError, match="sentence 10007"):
        unit(data, "sentence {}".format, rows=np.arange(10_000, 20_000))


def test_very_small_and_very_large_vectors_have_a_direction() -> None:
    vectors = unit(np.array([[1e-30, 0], [1e30, 1e30]], np.float32))
    np.testing.assert_allclose(vectors.block(0, 2), [[1, 0], [2**-0.5, 2**-0.5]], rtol=1e-6)
