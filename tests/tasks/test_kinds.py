import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlbench.data.open import open_source
from xlbench.encode.special_tokens import special_tokens
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.decode import BEST, MAX_ANSWER_TOKENS, best_span
from xlbench.tasks.question.encode import MAX_QUESTION_TOKENS, Trace
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample

WORDS = st.lists(
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=12),
    min_size=1,
    max_size=60,
)
ANY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def encode(tokenizer, task, *examples):
    return TASKS[task].kind.encode(tokenizer, TASKS[task], list(examples))


def tag_by_position(window, labels):
    """Logits that give each first sub-word the label of its place in the window."""
    logits = np.zeros((window.length, len(labels)), dtype=np.float32)
    for number, position in enumerate(window.trace.tolist()):
        logits[position, number % len(labels)] = 1
    return (logits,)


@ANY
@given(WORDS)
def test_every_word_gets_exactly_one_tag_in_order(tokenizer, words):
    task = TASKS["panx"]
    kind = task.kind
    example = TaggingExample("0", tuple(words), None)
    encoded = kind.encode(tokenizer, task, [example])
    assert sum(len(w.trace) for w in encoded.windows) == len(words)
    assert all(w.length <= task.max_length for w in encoded.windows)
    rows = [tag_by_position(w, task.labels) for w in encoded.windows]
    tags = kind.decode(task, task.labels, example, encoded.windows, rows).value.split(" ")
    expected = [
        task.labels[n % len(task.labels)] for w in encoded.windows for n in range(len(w.trace))
    ]
    assert tags == expected


def test_a_long_sentence_is_split_at_words_and_loses_no_token(tokenizer):
    words = ("benchmark", "of", "encoders") * 150
    encoded = encode(tokenizer, "udpos", TaggingExample("0", words, None))
    assert len(encoded.windows) > 1
    special = special_tokens(tokenizer)
    around = len(special.before) + len(special.between)
    assert sum(w.length - around for w in encoded.windows) == encoded.counts[0].tokens
    assert not encoded.counts[0].truncated


def test_a_word_longer_than_a_window_is_cut_and_told(tokenizer):
    encoded = encode(tokenizer, "udpos", TaggingExample("0", ("xq-" * 200, "end"), None))
    assert encoded.counts[0].truncated
    assert sum(len(w.trace) for w in encoded.windows) == 2


def test_a_pair_that_is_too_long_is_cut_and_told(tokenizer):
    short, long = PairExample("0", "a b", "c", None), PairExample("1", "a " * 300, "b " * 9, None)
    encoded = encode(tokenizer, "xnli", short, long)
    assert [c.truncated for c in encoded.counts] == [False, True]
    assert encoded.windows[1].length == TASKS["xnli"].max_length
    assert encoded.counts[1].words == 309


def test_a_batch_is_encoded_as_its_examples_are_alone(tokenizer):
    examples = [PairExample(str(i), "one two " * i, "three", None) for i in range(1, 6)]
    together = encode(tokenizer, "pawsx", *examples)
    for index, example in enumerate(examples):
        alone = encode(tokenizer, "pawsx", example)
        assert together.windows[index].ids.tolist() == alone.windows[0].ids.tolist()
        assert together.counts[index] == alone.counts[0]


def test_windows_are_those_of_the_tokenizers_own_pair_call(tokenizer):
    question, context = "who built the mill", "the mill was built by a merchant in the north"
    encoded = encode(tokenizer, "xquad", QuestionExample("0", question, context, None, None))
    own = tokenizer(question, context)
    assert encoded.windows[0].ids.tolist() == own["input_ids"]
    if encoded.windows[0].type_ids is not None:
        assert encoded.windows[0].type_ids.tolist() == own["token_type_ids"]


def test_segments_are_there_only_where_the_model_has_them(tokenizer):
    encoded = encode(tokenizer, "tatoeba", SentenceExample("0", "hello", "source", "test", None))
    has = "token_type_ids" in tokenizer.model_input_names
    assert (encoded.windows[0].type_ids is not None) == has


def test_a_long_context_is_covered_and_each_token_is_owned_once(tokenizer):
    context = " ".join(f"river{i} flows" for i in range(500))
    example = QuestionExample("0", "who " * 90, context, None, None)
    encoded = encode(tokenizer, "xquad", example)
    assert len(encoded.windows) > 2
    owned = [
        tuple(offset)
        for w in encoded.windows
        for offset, own in zip(w.trace.offsets.tolist(), w.trace.starts, strict=True)
        if own
    ]
    plain = tokenizer(context, add_special_tokens=False, return_offsets_mapping=True)
    assert sorted(owned) == sorted(tuple(o) for o in plain["offset_mapping"])
    assert all(w.length <= 384 for w in encoded.windows)
    assert encoded.counts[0].truncated, "the question is longer than its 64 tokens"
    first = encoded.windows[0].trace.first
    assert first <= MAX_QUESTION_TOKENS + 3


@ANY
@given(
    st.lists(st.tuples(*[st.floats(-9, 9, width=32)] * 2, st.booleans()), min_size=1, max_size=15)
)
def test_the_best_span_is_that_of_trying_all(tokenizer, rows):
    start, end, own = (np.array(column) for column in zip(*rows, strict=True))
    offsets = np.stack([np.arange(len(rows)), np.arange(1, len(rows) + 1)], axis=1)
    found = best_span(start, end, Trace(0, offsets, own.astype(bool)))
    assert len(rows) <= BEST
    every = [
        start[i] + end[j]
        for i in range(len(rows))
        for j in range(i, min(len(rows), i + MAX_ANSWER_TOKENS))
        if own[i]
    ]
    assert (found is None) == (not every)
    if found is not None:
        assert found[0] == pytest.approx(max(every))
        assert found[0] == pytest.approx(start[found[1]] + end[found[2]])


def oracle(window, begin, end):
    """Start and end logits that point at the code points from begin to end."""
    first, offsets = window.trace.first, window.trace.offsets
    start, stop = np.zeros((2, window.length), dtype=np.float32)
    inside = [i for i, (a, b) in enumerate(offsets.tolist()) if b > begin and a < end and b > a]
    if inside and window.trace.starts[inside[0]]:
        start[first + inside[0]] = stop[first + inside[-1]] = 9
    return start, stop


@pytest.mark.parametrize("language", ["ar", "hi", "th", "zh", "vi", "el", "ru"])
def test_a_model_that_points_at_the_answer_gets_it_in_every_script(tokenizer, language):
    source, task = open_source("sample", TASKS), TASKS["xquad"]
    if tokenizer.unk_token == "[UNK]" and len(tokenizer) < 100:
        pytest.skip("the little tokenizer knows Latin letters only")
    exact = 0
    examples = list(source.examples("xquad", language))
    for example in examples:
        encoded = task.kind.encode(tokenizer, task, [example])
        begin = example.answer_starts[0]
        end = begin + len(example.answers[0])
        outputs = [oracle(w, begin, end) for w in encoded.windows]
        answer = task.kind.decode(task, (), example, encoded.windows, outputs).value
        assert answer in example.context
        assert example.answers[0] in answer or answer in example.answers[0]
        exact += answer == example.answers[0]
    assert exact >= len(examples) // 2


@pytest.mark.parametrize(
    ("context", "begin", "end", "answer"),
    [
        ("red\u200b blue green", 0, 3, "red\u200b"),
        ("red \ufeffblue green", 5, 9, "\ufeffblue"),
        ("\u200eblue green", 1, 5, "\u200eblue"),
        ("red\u200c", 0, 3, "red\u200c"),
        ("red green  blue", 4, 9, "green"),
        ("(\u200eblue)", 2, 6, "blue"),
    ],
)
def test_a_character_that_the_tokenizer_drops_goes_with_its_word(
    wordpiece, context, begin, end, answer
):
    task, example = TASKS["xquad"], QuestionExample("0", "what", context, None, None)
    (window,) = task.kind.encode(wordpiece, task, [example]).windows
    outputs = [oracle(window, begin, end)]
    assert task.kind.decode(task, (), example, [window], outputs).value == answer


def test_an_embedding_is_returned_as_it_came(tokenizer):
    task = TASKS["tatoeba"]
    example = SentenceExample("0", "hello", "source", "test", None)
    row = np.arange(4, dtype=np.float32)
    window = encode(tokenizer, "tatoeba", example).windows
    assert task.kind.decode(task, (), example, window, [(row,)]).tolist() == row.tolist()
