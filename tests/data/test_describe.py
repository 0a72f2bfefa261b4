from __future__ import annotations

import pytest

from xlbench.data.describe import UNLABELLED, Traits, describe, is_labelled
from xlbench.data.places import DEV
from xlbench.errors import UserError
from xlbench.tasks.pair.example import PairExample, has_gold
from xlbench.tasks.retrieval.tatoeba import ALIGNED


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
    cells = {
        language: Traits(
            ALIGNED if ALIGNED in own else "xtreme", frozenset(trait for trait in own - {ALIGNED})
        )
        for language, own in traits.items()
    }
    assert describe(cells) == text


def test_a_cell_that_cannot_be_read_does_not_count_as_unlabelled() -> None:
    def broken():
        raise UserError("broken")

    assert is_labelled(broken, has_gold)
    assert not is_labelled(lambda: iter([PairExample("0", "a", "b", None)]), has_gold)
    assert is_labelled(lambda: iter([PairExample("0", "a", "b", "x")]), has_gold)
