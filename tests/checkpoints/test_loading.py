import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from small_tokenizer import SMALL_TOKENIZER

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.loading import Loaded, load, weights_bytes
from xlbench.checkpoints.resolve import resolve
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import Usage

CPU = torch.device("cpu")
SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 9000,
}
HEADS = {
    "xnli": "ForSequenceClassification",
    "panx": "ForTokenClassification",
    "xquad": "ForQuestionAnswering",
}
TEXTS = ["The library closes at six.", "She forgot her umbrella on the train."]


def save(path: Path, kind: str, head: str, labels: tuple[str, ...] = ()) -> Any:
    """Save a tiny model with a tokenizer as users do, and return it."""
    torch.manual_seed(5)
    if kind == "bert":
        config = transformers.BertConfig(**SIZES, pad_token_id=1)
    else:
        config = transformers.XLMRobertaConfig(
            **SIZES, max_position_embeddings=514, pad_token_id=1, type_vocab_size=1
        )
    if labels:
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: index for index, label in enumerate(labels)}
    prefix = "Bert" if kind == "bert" else "XLMRoberta"
    model = getattr(transformers, prefix + head)(config).eval()
    model.save_pretrained(path)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(SMALL_TOKENIZER / file, path)
    return model


def loaded(catalogue: Catalogue, path: Path, task: str, dtype: str = "fp32") -> Loaded:
    return load(resolve(catalogue, str(path), task), device=CPU, dtype=dtype, attn=None)


def batch(tokenizer: Any) -> tuple[torch.Tensor, torch.Tensor]:
    encoded = tokenizer(TEXTS, padding=True, return_tensors="pt")
    return encoded["input_ids"], encoded["attention_mask"]


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize(
    ("task", "head", "labels"),
    [
        ("xnli", "ForSequenceClassification", TASKS["xnli"].labels),
        ("panx", "ForTokenClassification", TASKS["panx"].labels),
        ("xquad", "ForQuestionAnswering", ()),
    ],
)
def test_the_saved_head_answers_as_transformers_does(
    catalogue: Catalogue, tmp_path: Path, kind: str, task: str, head: str, labels: tuple[str, ...]
) -> None:
    original = save(tmp_path, kind, head, labels)
    got = loaded(catalogue, tmp_path, task)
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        expected = original(input_ids=ids, attention_mask=mask, return_dict=True)
        outputs = got.model(ids, mask)
    wanted = (expected.start_logits, expected.end_logits) if not labels else (expected.logits,)
    assert len(outputs) == len(wanted)
    for output, one in zip(outputs, wanted, strict=True):
        torch.testing.assert_close(output, one)
    assert got.labels == labels and got.flags == ()


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_sentence_is_the_mean_of_the_real_tokens_of_one_layer(
    catalogue: Catalogue, tmp_path: Path, kind: str
) -> None:
    original = save(tmp_path, kind, "Model")
    got = loaded(catalogue, tmp_path, "tatoeba")
    ids, mask = batch(got.tokenizer)
    assert int(mask.min()) == 0, "the test needs a padded row"
    with torch.inference_mode():
        states = original(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        (embedding,) = got.model(ids, mask)
    layer = states[2]  # round(0.6 * 3)
    expected = torch.stack([layer[row][mask[row] == 1].mean(0) for row in range(len(ids))])
    torch.testing.assert_close(embedding, expected)


def test_padding_does_not_change_an_embedding(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "xlm-roberta", "Model")
    got = loaded(catalogue, tmp_path, "tatoeba")
    ids, mask = batch(got.tokenizer)
    more = torch.nn.functional.pad
    with torch.inference_mode():
        (short,) = got.model(ids, mask)
        (long,) = got.model(more(ids, (0, 20), value=1), more(mask, (0, 20)))
    torch.testing.assert_close(short, long, atol=1e-5, rtol=1e-4)


def test_the_encoder_of_a_fine_tuned_model_retrieves(catalogue: Catalogue, tmp_path: Path) -> None:
    original = save(tmp_path, "xlm-roberta", "ForQuestionAnswering")
    got = loaded(catalogue, tmp_path, "bucc2018")
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        states = original(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        (embedding,) = got.model(ids, mask)
    torch.testing.assert_close(embedding[0], states[2][0][mask[0] == 1].mean(0))


def test_segments_reach_the_model_that_knows_them_only(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    for kind, differs in (("bert", True), ("xlm-roberta", False)):
        save(tmp_path / kind, kind, "ForSequenceClassification", TASKS["xnli"].labels)
        got = loaded(catalogue, tmp_path / kind, "xnli")
        ids, mask = batch(got.tokenizer)
        with torch.inference_mode():
            plain = got.model(ids, mask)[0]
            segmented = got.model(ids, mask, torch.ones_like(ids))[0]
        assert torch.equal(plain, segmented) != differs


def test_a_missing_head_is_never_made_up(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "bert", "Model")
    config = json.loads((tmp_path / "config.json").read_text())
    config["architectures"] = ["BertForQuestionAnswering"]
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match=r"lacks 2 weights.*qa_outputs"):
        loaded(catalogue, tmp_path, "xquad")


def test_weights_of_another_shape_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "bert", "ForQuestionAnswering")
    config = json.loads((tmp_path / "config.json").read_text())
    config["intermediate_size"] = 128
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="can't be loaded as AutoModelForQuestionAnswering"):
        loaded(catalogue, tmp_path, "xquad")


def test_a_tokenizer_with_more_tokens_than_embeddings_is_refused(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    config = transformers.BertConfig(**{**SIZES, "vocab_size": 50}, pad_token_id=1)
    transformers.BertModel(config).save_pretrained(tmp_path)
    for file in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(SMALL_TOKENIZER / file, tmp_path)
    with pytest.raises(UserError, match="the model only 50 embeddings"):
        loaded(catalogue, tmp_path, "tatoeba")


def test_a_damaged_tokenizer_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "bert", "Model")
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(UserError, match=f"the tokenizer in {tmp_path}"):
        loaded(catalogue, tmp_path, "tatoeba")


def test_code_of_a_checkpoint_is_not_run(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "bert", "Model")
    marker = tmp_path / "ran"
    code = f"open({str(marker)!r}, 'w')\nfrom transformers import BertModel as Own\n"
    (tmp_path / "own.py").write_text(code)
    config = json.loads((tmp_path / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "own.Own", "AutoConfig": "own.Own"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    try:
        loaded(catalogue, tmp_path, "tatoeba")
    except UserError as error:
        assert "trust_remote_code" in str(error)
    assert not marker.exists()


def change_weights(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    file = path / "model.safetensors"
    save_file(change(load_file(file)), file, metadata={"format": "pt"})


def change_config(path: Path, **changes: Any) -> None:
    """Set keys of a ``config.json``; ``None`` takes one out."""
    config = json.loads((path / "config.json").read_text()) | changes
    text = json.dumps({key: value for key, value in config.items() if value is not None})
    (path / "config.json").write_text(text)


def test_an_adapter_that_was_not_merged_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    save(tmp_path, "xlm-roberta", "ForQuestionAnswering")
    name = "roberta.encoder.layer.0.attention.self.query.lora_A"
    change_weights(tmp_path, lambda weights: weights | {name: torch.ones(4, 32)})
    with pytest.raises(UserError, match=r"1 weights .* have no place .*lora_A.*merge_and_unload"):
        loaded(catalogue, tmp_path, "xquad")
    change_weights(tmp_path, lambda weights: {k: weights[k] for k in weights if k != name})
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(UserError, match="holds an adapter"):
        loaded(catalogue, tmp_path, "xquad")


def test_layers_that_the_config_does_not_have_are_refused(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    save(tmp_path, "bert", "ForTokenClassification", TASKS["panx"].labels)
    change_config(tmp_path, num_hidden_layers=2)
    with pytest.raises(UserError, match=r"num_hidden_layers is 2 .* the file has 3 layers"):
        loaded(catalogue, tmp_path, "panx")


@pytest.mark.parametrize(
    "head", ["ForMaskedLM", "ForSequenceClassification", "ForQuestionAnswering"]
)
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_a_head_that_retrieval_does_not_use_may_be_left_over(
    catalogue: Catalogue, tmp_path: Path, kind: str, head: str
) -> None:
    save(tmp_path, kind, head)
    assert loaded(catalogue, tmp_path, "tatoeba").flags == ()


@pytest.mark.parametrize("prefix", ["_orig_mod.", "module.", "module._orig_mod."])
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize(
    ("task", "head"), [("xquad", "ForQuestionAnswering"), ("tatoeba", "Model")]
)
def test_names_that_compile_and_data_parallel_wrote_are_read(
    catalogue: Catalogue, tmp_path: Path, kind: str, task: str, head: str, prefix: str
) -> None:
    save(tmp_path, kind, head)
    plain = loaded(catalogue, tmp_path, task)
    change_weights(tmp_path, lambda weights: {prefix + name: weights[name] for name in weights})
    wrapped = loaded(catalogue, tmp_path, task)
    for name, tensor in plain.model.state_dict().items():
        assert torch.equal(tensor, wrapped.model.state_dict()[name])


@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
@pytest.mark.parametrize(
    ("task", "head"),
    [
        ("xnli", "ForSequenceClassification"),
        ("panx", "ForTokenClassification"),
        ("xquad", "ForQuestionAnswering"),
    ],
)
def test_a_config_without_architectures_has_its_head_told_by_the_weights(
    catalogue: Catalogue, tmp_path: Path, kind: str, task: str, head: str
) -> None:
    save(tmp_path, kind, head, TASKS[task].labels)
    change_config(tmp_path, architectures=None)
    assert loaded(catalogue, tmp_path, task).labels == TASKS[task].labels


def test_a_class_of_another_name_is_read_by_its_head(catalogue: Catalogue, tmp_path: Path) -> None:
    small = {"emb_dim": 16, "n_layers": 1, "n_heads": 2, "n_words": 9000, "pad_index": 1}
    config = transformers.XLMConfig(**small)
    transformers.XLMForQuestionAnsweringSimple(config).save_pretrained(tmp_path)
    shutil.copy(SMALL_TOKENIZER / "tokenizer.json", tmp_path)
    got = loaded(catalogue, tmp_path, "xquad")
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        assert [tuple(o.shape) for o in got.model(ids, mask)] == [tuple(ids.shape)] * 2


@pytest.mark.parametrize("id2label", [["b", "a", "c"], {"0": "b", "1": "a", "2": "c"}])
def test_labels_and_numbers_of_other_types_are_read(
    catalogue: Catalogue, tmp_path: Path, id2label: Any
) -> None:
    labels = TASKS["xnli"].labels
    save(tmp_path, "bert", "ForSequenceClassification", labels)
    named = dict(zip("abc", labels, strict=True))
    values = id2label.values() if isinstance(id2label, dict) else id2label
    given = [named[value] for value in values]
    change_config(tmp_path, id2label=given, num_labels="3", num_hidden_layers="3")
    assert loaded(catalogue, tmp_path, "xnli").labels == tuple(given)


@pytest.mark.parametrize(("dtype", "size"), [("fp32", 4), ("bf16", 2), ("fp16", 2)])
def test_all_weights_have_the_dtype_that_was_asked_for(
    catalogue: Catalogue, tmp_path: Path, dtype: str, size: int
) -> None:
    original = save(tmp_path, "bert", "ForQuestionAnswering")
    got = loaded(catalogue, tmp_path, "xquad", dtype)
    assert {p.element_size() for p in got.model.parameters()} == {size}
    count = sum(p.numel() for p in original.parameters())
    ids = sum(b.nbytes for b in got.model.buffers())
    assert got.weights_bytes == count * size + ids


def test_shared_weights_are_counted_once() -> None:
    first, second = torch.nn.Linear(10, 20, bias=False), torch.nn.Linear(10, 20, bias=False)
    second.weight = torch.nn.Parameter(first.weight.detach().view(20, 10))
    assert weights_bytes(torch.nn.ModuleList([first, second])) == 10 * 20 * 4


def test_a_loaded_model_is_for_inference(catalogue: Catalogue) -> None:
    got = load(resolve(catalogue, "base", "xnli"), device=CPU, dtype="fp32", attn=None)
    assert not got.model.training
    assert not any(module.training for module in got.model.modules())
    assert not any(p.requires_grad for p in got.model.parameters())


def test_the_attention_that_was_asked_for_is_used(catalogue: Catalogue) -> None:
    for attn in ("eager", "sdpa"):
        got = load(resolve(catalogue, "base", "xnli"), device=CPU, dtype="fp32", attn=attn)
        assert got.model.model.config._attn_implementation == attn


def test_an_unknown_attention_is_a_mistake_of_the_user(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match="can't be loaded"):
        load(resolve(catalogue, "base", "xnli"), device=CPU, dtype="fp32", attn="fastest")


@pytest.mark.parametrize("task", ["xnli", "panx", "xquad", "tatoeba"])
def test_every_head_compiles_to_one_graph(catalogue: Catalogue, task: str) -> None:
    got = load(resolve(catalogue, "base", task), device=CPU, dtype="fp32", attn=None)
    ids, mask = batch(got.tokenizer)
    compiled = torch.compile(got.model, backend="eager", fullgraph=True, dynamic=False)
    with torch.inference_mode():
        for one, other in zip(compiled(ids, mask), got.model(ids, mask), strict=True):
            torch.testing.assert_close(one, other)


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
def test_any_layer_can_be_averaged(catalogue: Catalogue, tmp_path: Path, layer: int) -> None:
    original = save(tmp_path, "bert", "Model")
    spec = replace(resolve(catalogue, str(tmp_path), "tatoeba"), retrieval_layer=layer)
    got = load(spec, device=CPU, dtype="fp32", attn=None)
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        states = original(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        (embedding,) = got.model(ids, mask)
    torch.testing.assert_close(embedding[0], states[layer][0][mask[0] == 1].mean(0))


def test_the_first_tokens_state_can_stand_for_a_sentence(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    original = save(tmp_path, "bert", "Model")
    usage = Usage(pooling="cls", retrieval_layer=2)
    spec = resolve(catalogue, str(tmp_path), "bucc2018", usage=usage)
    got = load(spec, device=CPU, dtype="fp32", attn=None)
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        states = original(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        (embedding,) = got.model(ids, mask)
    torch.testing.assert_close(embedding, states[2][:, 0])


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["base", "stilts"])
def test_the_embedded_checkpoints_have_a_head_for_every_task(
    catalogue: Catalogue, task: str, name: str
) -> None:
    spec = resolve(catalogue, name, task)
    got = load(spec, device=CPU, dtype="fp32", attn=None)
    ids, mask = batch(got.tokenizer)
    with torch.inference_mode():
        outputs = got.model(ids, mask)
    rows, length = ids.shape
    shapes = {
        "pair": [(rows, len(TASKS[task].labels))],
        "tagging": [(rows, length, len(TASKS[task].labels))],
        "question": [(rows, length), (rows, length)],
        "retrieval": [(rows, 128)],
    }
    assert [tuple(o.shape) for o in outputs] == shapes[TASKS[task].kind.name]
    assert all(bool(torch.isfinite(o).all()) for o in outputs)
    assert got.flags == spec.flags
