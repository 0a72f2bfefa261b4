import numpy as np

from xlbench.run.counts import count
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample


def counted(task, language, examples, tokens, cut=None):
    rows = [[n, 2, 9, bool(cut and cut[i])] for i, n in enumerate(tokens)]
    return count(task, language, examples, np.array(rows, dtype=np.int64))


def pairs(*ids):
    return [PairExample(id_, "a", "b", None) for id_ in ids]


def test_examples_tokens_words_and_characters_are_counted():
    found = counted("xnli", "de", pairs("0", "1"), [5, 7], cut=[False, True])
    assert (found.n_examples, found.n_truncated) == (2, 1)
    assert (found.content_tokens, found.words, found.chars) == (12, 4, 18)


def test_words_are_unknown_where_the_script_has_no_spaces_and_none_are_given():
    assert counted("xnli", "th", pairs("0"), [5]).words is None
    tagged = [TaggingExample("0", ("ก", "ข"), None)]
    assert counted("panx", "th", tagged, [5]).words == 2


def test_the_digest_tells_whether_two_cells_hold_the_same_examples():
    one, same, other, fewer = (
        counted("xnli", "de", pairs(*ids), [1] * len(ids)).examples_digest
        for ids in (("0", "1"), ("0", "1"), ("0", "2"), ("01",))
    )
    assert one == same
    assert len({one, other, fewer}) == 3


def sentences(gold):
    return [
        SentenceExample("de-0", "x", "source", "test", gold),
        SentenceExample("de-0", "x", "source", "dev", ("en-1",) if gold is not None else None),
        SentenceExample("en-0", "y", "target", "test", None),
        SentenceExample("en-1", "z", "target", "test", None),
        SentenceExample("en-1", "u", "target", "dev", None),
    ]


def test_both_sides_of_each_gold_pair_are_counted_within_its_split():
    found = counted("bucc2018", "de", sentences(("en-0",)), [3, 40, 5, 100, 600])
    assert (found.paired_tokens, found.paired_english_tokens) == (43, 605)


def test_a_sentence_with_two_translations_counts_for_each():
    found = counted("bucc2018", "de", sentences(("en-0", "en-1")), [3, 40, 5, 100, 600])
    assert (found.paired_tokens, found.paired_english_tokens) == (46, 705)


def test_without_gold_nothing_is_paired():
    found = counted("tatoeba", "de", sentences(None), [3, 40, 5, 100, 600])
    assert (found.paired_tokens, found.paired_english_tokens) == (None, None)
