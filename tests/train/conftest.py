"""A model that learns in seconds, and a function that trains it."""

import json

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.train.execute import execute, prepare, quiet
from xlbench.train.plan import Settings

from .toy import FILLERS, NAMES, SIGNS

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
FAST = (("rate", 5e-3), ("batch_size", 16), ("device", "cpu"))


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory):
    """A folder with a one-layer XLM-R of random weights and a tokenizer of whole words."""
    quiet()
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("toy")
    pieces = [*SPECIAL, *SIGNS, *NAMES, *FILLERS]
    tokenizer = Tokenizer(models.WordLevel({p: i for i, p in enumerate(pieces)}, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        eos_token="</s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_input_names=["input_ids", "attention_mask"],
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=514,
        type_vocab_size=1,
        pad_token_id=1,
        initializer_range=0.1,
    )
    XLMRobertaModel(config).save_pretrained(folder)
    return folder


@pytest.fixture
def run_training(toy_model, tmp_path):
    """Return a function that trains from the toy model and returns the cards by folder."""

    def run(out="out", *, resume=False, told=None, **settings):
        recipe = dict(FAST) | settings.pop("recipe", {})
        asked = Settings(
            model=str(toy_model),
            **{"intermediate": ("none",), "targets": (), "data": str(tmp_path)}
            | {"intermediate_data": str(tmp_path / "intermediate")}
            | settings,
            recipe=tuple(recipe.items()),
        )
        prepared = prepare(asked, Catalogue({}, {}), tmp_path / out)
        execute(prepared, lambda phase, steps: told or (lambda done, loss: None), resume=resume)
        return {
            str(file.parent.relative_to(tmp_path / out)): json.loads(file.read_text())
            for file in sorted((tmp_path / out).glob("*/*/training.json"))
        }

    return run
