import pytest
import torch
import transformers

from xlbench.checkpoints.cut_layers import cut_after
from xlbench.checkpoints.loading import weights_bytes
from xlbench.checkpoints.uniform_call import UniformCall

SIZES = {
    "vocab_size": 60,
    "hidden_size": 16,
    "num_hidden_layers": 5,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 40,
}
CONFIGS = {
    "bert": lambda: transformers.BertConfig(**SIZES),
    "xlm-roberta": lambda: transformers.XLMRobertaConfig(**SIZES, pad_token_id=1),
    "electra": lambda: transformers.ElectraConfig(**SIZES, embedding_size=16),
    "xlm-roberta-xl": lambda: transformers.XLMRobertaXLConfig(**SIZES, pad_token_id=1),
}


def model(family):
    torch.manual_seed(3)
    return transformers.AutoModel.from_config(CONFIGS[family]()).eval()


def batch():
    ids = torch.randint(5, 60, (3, 9), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    mask[0, 4:] = 0
    return ids, mask


@pytest.mark.parametrize("family", CONFIGS)
@pytest.mark.parametrize("layer", [0, 2, 5])
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_model_cut_at_its_layer_embeds_bit_for_bit_as_the_whole(family, layer, pooling):
    ids, mask = batch()
    whole, other = model(family), model(family)
    call = UniformCall(other, "encoder", layer, pooling)
    with torch.inference_mode():
        states = whole(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        (found,) = call(ids, mask)
    hidden = states[layer]
    weights = mask[:, :, None].float()
    expected = (hidden * weights).sum(1) / weights.sum(1)
    assert torch.equal(found, hidden[:, 0] if pooling == "cls" else expected)


@pytest.mark.parametrize("family", ["bert", "xlm-roberta", "electra"])
def test_layers_above_the_one_that_is_read_neither_run_nor_take_memory(family):
    whole, cut = model(family), model(family)
    ran = []
    for index, layer in enumerate(cut.encoder.layer):
        layer.register_forward_hook(lambda *_, index=index: ran.append(index))
    call = UniformCall(cut, "encoder", 3, "mean")
    with torch.inference_mode():
        call(*batch())
    assert ran == [0, 1, 2]
    dropped = weights_bytes(whole.encoder.layer[3]) + weights_bytes(whole.encoder.layer[4])
    assert weights_bytes(cut) == weights_bytes(whole) - dropped


def test_a_model_with_something_behind_its_layers_stays_whole():
    whole = model("xlm-roberta-xl")
    assert not cut_after(whole, 3)
    assert len(whole.encoder.layer) == 5


def test_a_head_keeps_all_layers():
    torch.manual_seed(3)
    whole = transformers.BertForSequenceClassification(CONFIGS["bert"]()).eval()
    UniformCall(whole, "sequence-classification", 3)
    assert len(whole.bert.encoder.layer) == 5
