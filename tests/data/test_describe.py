from __future__ import annotations

import pytest

from xlbench.data.describe import UNLABELLED, describe, is_labelled
from xlbench.data.layouts import ALIGNED, DEV
from xlbench.errors import UserError
from xlbench.examples import PairExample


@pytest.mark.parametrize(
    ("traits", "text"),
    [
        ({}, "nothing found"),
        ({"de": set(), "en": set()}, "xtreme"),
        ({"de": {UNLABELLED}, "en": {UNLABELLED}}, "xtreme without labels"),
        ({"de": {UNLABELLED}, "en": set()}, "xtreme; without labels: de"),
        ({"de": {DEV, UNLABELLED}, "en": {UNLABELLED}}, "xtreme without labels; dev split: de"),
        ({"de": {ALIGNED}}, "LASER aligned"),
        ({"de": {ALIGNED}, "fr": {UNLABELLED}}, "xtreme; LASER aligned: de; without labels: fr"),
        ({"de": {DEV}}, "xtreme, dev split"),
    ],
)
def test_what_all_share_comes_first_and_the_rest_names_its_languages(traits, text) -> None:
    assert describe("xtreme", {lg: frozenset(own) for lg, own in traits.items()}) == text


def test_a_cell_that_cannot_be_read_does_not_count_as_unlabelled() -> None:
    def broken():
        raise UserError("broken")

    assert is_labelled(broken)
    assert not is_labelled(lambda: iter([PairExample("0", "a", "b", None)]))
    assert is_labelled(lambda: iter([PairExample("0", "a", "b", "x")]))
