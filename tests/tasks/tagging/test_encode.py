"""Rows of tagged words as the scripts make them that checkpoints were trained with."""

import gc
import weakref
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from xlbench.encode.form import InputForm
from xlbench.encode.special_tokens import special_tokens
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.tagging.encode import encode
from xlbench.tasks.tagging.example import TaggingExample

UDPOS = TASKS["udpos"]
XTREME, TOKENIZER = InputForm("xtreme"), InputForm("tokenizer")
REAL = Path(__file__).parents[4] / "shared" / "tokenizers"


def rows(tokenizer, words, form):
    example = TaggingExample("0", tuple(words), None)
    return encode(tokenizer, UDPOS, [example], form).windows


def test_xlmrs_rows_end_in_two_separators_as_xtreme_trains_it(embedded):
    words = embedded(["Good", "morning"], add_special_tokens=False).input_ids
    plain = [i for word in words for i in word]
    cls, sep = embedded.cls_token_id, embedded.sep_token_id
    assert rows(embedded, ["Good", "morning"], XTREME)[0].ids.tolist() == [cls, *plain, sep, sep]
    assert rows(embedded, ["Good", "morning"], TOKENIZER)[0].ids.tolist() == [cls, *plain, sep]


def test_berts_rows_end_in_one_separator_either_way(wordpiece):
    for form in (XTREME, TOKENIZER):
        assert rows(wordpiece, ["ab"], form)[0].ids.tolist() == wordpiece("ab").input_ids


@pytest.mark.parametrize(("name", "room"), [("xlmr", 125), ("mbert", 126)])
def test_a_real_row_has_room_for_as_many_pieces_as_xtremes(name, room):
    if not REAL.is_dir():
        pytest.skip("the real tokenizers (../shared) are not on this machine")
    tokenizer = AutoTokenizer.from_pretrained(REAL / name)
    assert [len(w.trace) for w in rows(tokenizer, ["a"] * (room + 1), XTREME)] == [room, 1]


def split_by_the_book(tokenizer, words, room):
    """Words of each row, as ``_preprocess_one_file`` of ``utils_preprocess.py`` splits them."""
    lines, counter = [[]], 0
    for word in words:
        pieces = tokenizer(word, add_special_tokens=False).input_ids
        if len(pieces) == 0 or len(pieces) > room:
            pieces = [tokenizer.unk_token_id]
        if counter + len(pieces) > room:
            lines.append([])
            counter = 0
        lines[-1].append(pieces)
        counter += len(pieces)
    return [line for line in lines if line]


WORDS = st.lists(
    st.one_of(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Cc", "Z")), min_size=1, max_size=9
        ),
        st.integers(60, 260).map(lambda n: "xq-" * (n // 2)),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS)
def test_words_are_split_as_xtremes_preprocessing_splits_them(tokenizer, words):
    special = special_tokens(tokenizer)
    room = 128 - len(special.before) - len(special.between)
    expected = split_by_the_book(tokenizer, words, room)
    found = [w.ids.tolist()[len(special.before) :] for w in rows(tokenizer, words, XTREME)]
    end = list(special.between)
    assert found == [[i for word in line for i in word] + end for line in expected]


def test_a_word_longer_than_a_row_is_the_unknown_token_and_told(embedded):
    example = TaggingExample("0", ("xq-" * 200, "end"), None)
    encoded = encode(embedded, UDPOS, [example])
    (window,) = encoded.windows
    assert window.ids.tolist()[1] == embedded.unk_token_id
    assert window.trace.tolist() == [1, 2]
    assert encoded.counts[0].truncated


def test_special_tokens_come_from_the_template_whatever_the_tokenizer_declares(embedded):
    bare = PreTrainedTokenizerFast(tokenizer_object=embedded.backend_tokenizer)
    assert bare.cls_token is None
    assert special_tokens(bare) == special_tokens(embedded)
    declared = special_tokens(embedded)
    assert declared.before == (embedded.cls_token_id,)
    assert declared.between == (embedded.sep_token_id,) * 2
    assert declared.after == (embedded.sep_token_id,)


def test_a_tokenizer_without_a_template_is_refused():
    backend = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    bare = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]")
    with pytest.raises(UserError, match=r"no template for them \(post_processor\)"):
        special_tokens(bare)


def test_a_tokenizer_is_not_kept_for_its_special_tokens(embedded):
    bare = PreTrainedTokenizerFast(tokenizer_object=embedded.backend_tokenizer)
    special_tokens(bare)
    gone = weakref.ref(bare)
    del bare
    gc.collect()
    assert gone() is None
