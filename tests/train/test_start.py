"""What training starts from."""

import pytest
import torch
import transformers

from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.folders import EMBEDDED
from xlbench.checkpoints.loading import load
from xlbench.checkpoints.resolve import resolve
from xlbench.train.start import find_start, tokenizer_of

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["base", "stilts"])
def test_an_embedded_suite_starts_from_its_trained_encoder(name):
    start = find_start(name, "main", load_catalogue())
    assert start.folder == EMBEDDED / name / "encoder"
    assert start.entry["retrieval_layer"] == 2
    assert len(tokenizer_of(start)) == 24_000
    # What is trained further on are the very weights that retrieval measures.
    model = transformers.AutoModel.from_pretrained(
        start.folder, add_pooling_layer=False, dtype=torch.float32
    )
    measured = load(
        resolve(load_catalogue(), name, "tatoeba"), device=CPU, dtype="fp32", attn=None
    ).model
    theirs = list(measured.parameters())
    for ours, other in zip(model.parameters(), theirs, strict=True):
        assert torch.equal(ours, other)


def test_an_arm_that_takes_the_start_as_it_is_finds_its_tokenizer():
    entry = find_start("base", "main", load_catalogue()).entry
    assert (entry["source"], entry["tokenizer"]) == ("path", str(EMBEDDED))
    assert "prefix" not in entry, "nothing is said that the entry does not say"
