"""Sentences as a checkpoint wants them."""

from xlbench.encode.form import InputForm
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.retrieval.encode import encode
from xlbench.tasks.retrieval.example import SentenceExample


def test_a_prefix_is_read_but_not_counted(tokenizer):
    example = SentenceExample("0", "the river rose", "source", "test", None)
    plain = encode(tokenizer, TASKS["tatoeba"], [example])
    prefixed = encode(tokenizer, TASKS["tatoeba"], [example], InputForm(prefix="query: "))
    whole = tokenizer("query: the river rose").input_ids
    assert prefixed.windows[0].ids.tolist() == whole
    assert prefixed.counts == plain.counts
    assert prefixed.windows[0].length > plain.windows[0].length
