import pytest

from xlbench.checkpoints.leftover_weights import explained, leftover

OPTIONAL = [
    "roberta.pooler.dense.weight",
    "lm_head.decoder.weight",
    "cls.predictions.bias",
    "cls.seq_relationship.weight",
    "bert.embeddings.position_ids",
    "vocab_projector.bias",
]


def test_what_no_fine_tuned_head_needs_may_be_left_over() -> None:
    assert leftover(OPTIONAL, "question-answering") == []


def test_another_head_may_be_left_over_by_an_encoder_only() -> None:
    heads = ["qa_outputs.weight", "classifier.dense.bias"]
    assert leftover(heads, "encoder") == []
    assert leftover(heads, "token-classification") == sorted(heads)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("encoder.layer.0.attention.self.query.lora_A.default.weight", "adapter"),
        ("encoder.layer.0.attention.self.query.base_layer.weight", "adapter"),
        ("roberta.encoder.layer.2.output.dense.bias", "has 3 layers"),
        ("something.weight", "Correct config.json"),
    ],
)
def test_a_part_of_the_model_is_never_left_over(name: str, hint: str) -> None:
    assert leftover([name, *OPTIONAL], "sequence-classification") == [name]
    assert hint in explained([name], 2)
