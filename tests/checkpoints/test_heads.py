import pytest
import transformers

from xlbench.checkpoints.heads import head_in, head_of

SMALL = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 9}
HEADS = {
    "ForSequenceClassification": "sequence-classification",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "Model": "encoder",
    "ForMaskedLM": "encoder",
}


@pytest.mark.parametrize("family", ["Bert", "XLMRoberta", "DistilBert", "Electra"])
@pytest.mark.parametrize("suffix", HEADS)
def test_the_weights_tell_the_head_as_the_class_does(family: str, suffix: str) -> None:
    small = dict(SMALL)
    if family == "DistilBert":
        small = {"dim": 8, "n_layers": 1, "n_heads": 2, "vocab_size": 9, "hidden_dim": 8}
    config = getattr(transformers, f"{family}Config")(**small)
    model = getattr(transformers, family + suffix)(config)
    assert head_in(model.state_dict().keys()) == HEADS[suffix]
    assert head_of([family + suffix]) == HEADS[suffix]


def test_a_class_with_more_behind_the_heads_name_has_that_head() -> None:
    assert head_of(["XLMForQuestionAnsweringSimple"]) == "question-answering"
