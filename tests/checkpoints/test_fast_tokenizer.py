import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from small_tokenizer import SMALL_TOKENIZER

from xlbench.checkpoints.fast_tokenizer import load_tokenizer
from xlbench.errors import UserError

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "Gr", "##ö", "##ß", "##e", "gr", "##o", "e"]
PIECES += ["a", "b", "Ä", "ä", "##s"]


def word_pieces(folder: Path, lowercase: bool, **config: Any) -> Path:
    """Save a BERT tokenizer with a ``tokenizer.json`` and, if there are any, settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(PIECES))
    bare = tokenizers.BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=lowercase)
    bare.save(str(folder / "tokenizer.json"))
    (folder / "vocab.txt").unlink()
    if config:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("declared", [True, False])
def test_the_case_of_text_is_what_the_file_says(
    tmp_path: Path, lowercase: bool, declared: bool
) -> None:
    config = {"do_lower_case": lowercase, "tokenizer_class": "BertTokenizer"} if declared else {}
    tokenizer = load_tokenizer(word_pieces(tmp_path, lowercase, **config), "m")
    assert tokenizer.tokenize("Groe") == (
        ["gr", "##o", "##e"] if lowercase else ["Gr", "##o", "##e"]
    )
    bare = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    for text in ("Größe", "Gröse Ä", "ä"):
        assert tokenizer(text)["input_ids"] == bare.encode(text).ids


def test_settings_that_contradict_the_file_are_refused(tmp_path: Path) -> None:
    folder = word_pieces(tmp_path, True, do_lower_case=False)
    with pytest.raises(UserError, match=r"lowercase: True .* do_lower_case: False"):
        load_tokenizer(folder, "m")


def test_a_vocabulary_alone_does_not_say_its_case(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    with pytest.raises(UserError, match="does not say whether text is lower-cased"):
        load_tokenizer(tmp_path, "m")


@pytest.mark.parametrize(("lowercase", "first"), [(True, "gr"), (False, "Gr")])
def test_a_vocabulary_with_settings_is_read_as_they_say(
    tmp_path: Path, lowercase: bool, first: str
) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(PIECES))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": lowercase}))
    tokenizer = load_tokenizer(tmp_path, "m")
    assert tokenizer.tokenize("Groe")[0] == first
    assert tokenizer("a")["input_ids"] == [2, 12, 3]
    assert (tokenizer.pad_token_id, tokenizer.unk_token_id) == (0, 1)


def test_special_tokens_that_nothing_declares_are_those_of_the_template(tmp_path: Path) -> None:
    shutil.copy(SMALL_TOKENIZER / "tokenizer.json", tmp_path)
    bare, whole = load_tokenizer(tmp_path, "m"), load_tokenizer(SMALL_TOKENIZER, "m")
    for name in ("cls_token_id", "sep_token_id", "pad_token_id", "unk_token_id"):
        assert getattr(bare, name) == getattr(whole, name) is not None
    assert bare.model_input_names == ["input_ids", "attention_mask"]
    assert len(bare) == len(whole), "nothing was added to the vocabulary"


def test_a_template_that_tells_texts_apart_brings_segments(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(word_pieces(tmp_path, False), "m")
    assert tokenizer("a", "b")["token_type_ids"] == [0, 0, 0, 1, 1]


def test_padding_and_truncation_that_the_file_has_baked_in_do_not_count(tmp_path: Path) -> None:
    bare = tokenizers.Tokenizer.from_file(str(SMALL_TOKENIZER / "tokenizer.json"))
    bare.enable_padding(length=40)
    bare.enable_truncation(4)
    bare.save(str(tmp_path / "tokenizer.json"))
    text = "The library closes at six in the evening."
    baked, plain = load_tokenizer(tmp_path, "m"), load_tokenizer(SMALL_TOKENIZER, "m")
    assert baked([text])["input_ids"] == plain([text])["input_ids"]


def test_a_library_that_runs_another_pipeline_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    class Lowering(transformers.PreTrainedTokenizerFast):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.backend_tokenizer.normalizer = tokenizers.normalizers.Lowercase()

    monkeypatch.setattr(transformers, "PreTrainedTokenizerFast", Lowering)
    with pytest.raises(UserError, match=r"does not run .* as it is written"):
        load_tokenizer(word_pieces(tmp_path, False), "m")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=8), part, max_size=3)
    ),
    max_leaves=6,
)
SETTINGS = st.dictionaries(
    st.sampled_from(["do_lower_case", "cls_token", "sep_token", "pad_token", "unk_token", "x"]),
    JSON,
)


@given(SETTINGS)
def test_whatever_the_settings_say_there_is_a_tokenizer_or_a_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, Any]
) -> None:
    folder = word_pieces(tmp_path_factory.mktemp("t"), False)
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    try:
        tokenizer = load_tokenizer(folder, "m")
    except UserError as error:
        assert "do_lower_case" in str(error)
    else:
        assert len(tokenizer) == len(PIECES)
