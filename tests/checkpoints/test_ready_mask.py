"""Masks that are ready: the same outputs to the last bit, and nothing read by the host."""

import pytest
import torch
import transformers
from torch.utils._python_dispatch import TorchDispatchMode

from xlbench.checkpoints.ready_mask import ready_mask
from xlbench.checkpoints.uniform_call import UniformCall

READS = {"aten.is_nonzero.default", "aten._local_scalar_dense.default", "aten.nonzero.default"}
CLASSES = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "encoder": "AutoModel",
}
FAMILIES = ("bert", "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "electra")
LENGTH, SHORT = 12, 7


class HostReads(TorchDispatchMode):
    """Counts what makes the host wait for a value of the device."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, kinds, arguments=(), more=None):
        self.count += str(function) in READS
        return function(*arguments, **(more or {}))


def built(family, head, attn, dtype=torch.float32):
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(
        family,
        vocab_size=60,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=40,
        pad_token_id=1,
    )
    model = getattr(transformers, CLASSES[head]).from_config(
        config, attn_implementation=attn, dtype=dtype
    )
    return UniformCall(model.eval(), head, 1).eval()


def batch():
    ids = torch.randint(5, 60, (3, LENGTH), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    ids[0, SHORT:], mask[0, SHORT:] = 1, 0
    return ids, mask


def real(outputs, head, mask):
    if head in ("token-classification", "question-answering"):
        return [o[mask.bool()] for o in outputs]
    return list(outputs)


def as_transformers_does(call, monkeypatch):
    """Have the call hand the mask of two dimensions on."""
    monkeypatch.setattr(
        "xlbench.checkpoints.uniform_call.ready_mask",
        lambda mask, ids, *_: torch.ones_like(ids) if mask is None else mask,
    )
    return call


@pytest.mark.parametrize("attn", ["sdpa", "eager"])
@pytest.mark.parametrize("head", CLASSES)
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_is_read_by_the_host_and_the_outputs_are_the_same(family, head, attn, monkeypatch):
    call, (ids, mask) = built(family, head, attn), batch()
    dense = ids[1:]
    with torch.inference_mode():
        with HostReads() as reads:
            padded, whole = call(ids, mask), call(dense, None)
        assert reads.count == 0
        as_transformers_does(call, monkeypatch)
        expected = call(ids, mask), call(dense, torch.ones_like(dense))
    for found, wanted, real_tokens in (
        (padded, expected[0], mask),
        (whole, expected[1], torch.ones_like(dense)),
    ):
        pairs = zip(real(found, head, real_tokens), real(wanted, head, real_tokens), strict=True)
        assert all(torch.equal(one, other) for one, other in pairs)


def test_a_mask_of_two_dimensions_is_read_by_the_host(monkeypatch):
    call = as_transformers_does(built("bert", "encoder", "sdpa"), monkeypatch)
    with torch.inference_mode(), HostReads() as reads:
        call(*batch())
    assert reads.count > 0, "the count of the other test could not fail"


def test_hidden_positions_have_the_least_number_of_the_activations_type():
    ids, mask = batch()
    found = ready_mask(mask, ids, "bert", "eager", torch.bfloat16)
    assert found.dtype == torch.bfloat16 and found.shape == (3, 1, 1, LENGTH)
    assert found[0, 0, 0, SHORT:].eq(torch.finfo(torch.bfloat16).min).all()
    assert found[0, 0, 0, :SHORT].eq(0).all() and found[1:].eq(0).all()


@pytest.mark.parametrize("model_type", ["deberta-v2", "xlm", "modernbert"])
def test_a_model_that_uses_its_mask_in_its_own_way_gets_it_as_it_is(model_type):
    ids, mask = batch()
    assert ready_mask(mask, ids, model_type, "sdpa", torch.float32) is mask
    assert ready_mask(None, ids, model_type, "sdpa", torch.float32).equal(torch.ones_like(ids))
