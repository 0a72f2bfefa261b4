"""Equal sentences."""

from xlbench.retrieval.duplicates import keys_of, last_of_each, repeated


def test_the_last_of_equal_sentences_stands_for_all_at_the_place_of_the_first() -> None:
    assert last_of_each(keys_of(["b", "a", "b", "c", "a"])).tolist() == [2, 4, 3]


def test_white_space_makes_other_sentences_to_mine_but_not_to_tell_apart() -> None:
    texts = ["a", "a ", "b"]
    assert last_of_each(keys_of(texts)).tolist() == [0, 1, 2]
    assert repeated(keys_of(t.strip() for t in texts)).tolist() == [True, True, False]
