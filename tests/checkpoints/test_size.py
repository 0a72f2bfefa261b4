import pytest
from transformers import AutoConfig, AutoModel

from xlbench.checkpoints.config import parse_config
from xlbench.checkpoints.size import encoder_parameters

SMALL = {
    "vocab_size": 101,
    "hidden_size": 16,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 40,
    "max_position_embeddings": 34,
    "type_vocab_size": 2,
}


@pytest.mark.parametrize("model_type", ["xlm-roberta", "bert"])
def test_the_parameters_are_those_of_the_model_that_is_built(model_type):
    config = AutoConfig.for_model(model_type, **SMALL)
    model = AutoModel.from_config(config, add_pooling_layer=False)
    built = sum(parameter.numel() for parameter in model.parameters())
    assert encoder_parameters(parse_config({"model_type": model_type, **SMALL}, "m")) == built


def test_an_unknown_architecture_has_no_size():
    for config in ({"model_type": "t5", **SMALL}, {"model_type": "bert", "hidden_size": 16}):
        assert encoder_parameters(parse_config(config, "m")) is None
