from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.data.shards import require_all_shards
from xlbench.errors import UserError

FOLDER = Path("mirror/XNLI")


def shards(total, *numbers):
    return [FOLDER / f"test-{n:05d}-of-{total:05d}.parquet" for n in numbers]


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_a_set_is_taken_only_whole(drawn):
    total, numbers = drawn
    files = shards(total, *sorted(numbers))
    if len(numbers) in (0, total):
        assert require_all_shards(files) == tuple(files)
        return
    missing = min(set(range(total)) - numbers)
    with pytest.raises(UserError, match=rf"test-{missing:05d}-of-{total:05d}\.parquet is missing"):
        require_all_shards(files)


def test_shards_of_two_sets_are_refused():
    with pytest.raises(UserError, match="found some of 1 and some of 2"):
        require_all_shards([*shards(1, 0), *shards(2, 0, 1)])


def test_files_that_are_numbered_otherwise_are_taken_as_they_are():
    files = [FOLDER / "test-a.parquet", FOLDER / "test-b.parquet"]
    assert require_all_shards(files) == tuple(files)
