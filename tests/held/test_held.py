"""What is held of a cell of any size: the same values come back, few of them are in memory."""

import errno

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.held import matrix, shelf
from xlbench.held.by_id import ById
from xlbench.held.matrix import forget_pages, stacked
from xlbench.held.places import InOrder, Places
from xlbench.held.shelf import Shelf
from xlbench.held.texts import Texts
from xlbench.predictions import Prediction

VALUES = st.lists(st.text(max_size=5) | st.integers() | st.tuples(st.integers(), st.text()))
NAMES = st.lists(st.text(max_size=4))
QUICK = settings(deadline=None, max_examples=60)


@QUICK
@given(VALUES, st.integers(0, 4), st.integers(-9, 9), st.integers(-9, 9))
def test_a_shelf_gives_back_what_a_list_would(values, in_memory, start, stop):
    held = Shelf(values, in_memory)
    assert len(held) == len(values) and list(held) == values
    assert held[start:stop] == values[start:stop] and held[::-2] == values[::-2]
    assert [held[i] for i in range(-len(values), len(values))] == [*values, *values]


def test_a_shelf_takes_more_after_it_was_read_and_holds_few_in_memory():
    held = Shelf(range(3), in_memory=4)
    for number in range(3, 30):
        held.append(number)
        assert held[number // 2] == number // 2 and len(held._newest) <= 4
    assert list(held) == list(range(30))
    with pytest.raises(IndexError):
        held[30]


def test_a_full_disk_is_a_sentence_that_names_the_folder(monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    for module in (shelf, matrix):
        monkeypatch.setattr(module.tempfile, "TemporaryFile", full)
    with pytest.raises(UserError, match=r"No space left on device\); set TMPDIR"):
        Shelf(range(9), in_memory=4)


@QUICK
@given(NAMES, NAMES)
def test_texts_are_as_a_list_of_them(names, others):
    held = Texts(names)
    assert list(held) == names and held[1:] == names[1:] and len(held) == len(names)
    assert (held == others) == (names == others) == (held == Texts(others))
    assert (held == tuple(others)) == (names == others)


def test_half_a_surrogate_pair_is_kept():
    assert list(Texts(["a\ud800", "b"])) == ["a\ud800", "b"]


@QUICK
@given(NAMES)
def test_places_are_those_of_a_list(names):
    places = Places(Texts(names))
    for name in [*names, "not there"]:
        assert places.get(name) == (names.index(name) if name in names else None)
    assert (places.twice() is None) == (len(set(names)) == len(names))
    assert places.twice() is None or names.count(places.twice()) > 1


@QUICK
@given(st.lists(st.text(max_size=3), unique=True), st.randoms())
def test_places_in_order_are_those_in_any_order(names, random):
    asked = [*names, "not there", *names[len(names) // 2 :]]
    if random.random() < 0.5:
        random.shuffle(asked)
    found = InOrder(Texts(names))
    assert [found.get(name) for name in asked] == [
        names.index(name) if name in names else None for name in asked
    ]


def test_what_is_asked_for_in_order_needs_no_table():
    found = InOrder(Texts(map(str, range(9))))
    assert [found.get(str(i)) for i in range(9)] == list(range(9)) and found._others is None


def test_texts_whose_hashes_collide_are_told_apart():
    class Same(str):
        def __hash__(self):
            return 7

    names = [Same("a"), Same("b"), Same("c")]
    places = Places(names)
    assert [places.get(name) for name in names] == [0, 1, 2]
    assert places.get(Same("d")) is None and places.twice() is None


def test_predictions_are_found_by_their_ids():
    found = ById(Shelf([Prediction("x", "1"), Prediction("y", "2")], in_memory=0))
    assert dict(found) == {"x": Prediction("x", "1"), "y": Prediction("y", "2")}
    assert "z" not in found and found.twice() is None
    assert ById([Prediction("x", "1"), Prediction("x", "2")]).twice() == "x"


@pytest.mark.parametrize("most", [0, 40, 10**6])
def test_blocks_become_one_matrix_in_memory_or_mapped(most):
    blocks = [np.full((n, 3), n, np.float64) for n in (2, 1, 4)]
    whole = stacked(blocks, most)
    assert isinstance(whole, np.memmap) == (most < 84)
    assert whole.dtype == np.float32 and np.array_equal(whole, np.concatenate(blocks))
    forget_pages(whole)
    assert np.array_equal(whole, np.concatenate(blocks))
    assert stacked([]).shape == (0, 0)
