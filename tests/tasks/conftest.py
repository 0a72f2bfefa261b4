from pathlib import Path

import pytest
from small_tokenizer import SMALL_TOKENIZER
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "tokenizers"


def _wordpiece():
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{c}" for c in letters)]
    tokenizer = Tokenizer(
        models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


@pytest.fixture(scope="session")
def wordpiece():
    """A BERT style tokenizer of single letters, which drops characters as BERT's does."""
    return _wordpiece()


@pytest.fixture(scope="session")
def embedded():
    """The tokenizer that ships with xlbench, of XLM-R's kind."""
    return AutoTokenizer.from_pretrained(SMALL_TOKENIZER)


@pytest.fixture(scope="session", params=["embedded", "wordpiece", "xlmr", "mbert"])
def tokenizer(request):
    """An XLM-R style and a BERT style tokenizer; the real two where they are at hand."""
    if request.param == "embedded":
        return AutoTokenizer.from_pretrained(SMALL_TOKENIZER)
    if request.param == "wordpiece":
        return _wordpiece()
    folder = SHARED / request.param
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return AutoTokenizer.from_pretrained(folder)
