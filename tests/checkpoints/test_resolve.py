import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hub_server import HubServer, Repository

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.config import read_config
from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.folders import EMBEDDED
from xlbench.checkpoints.labels import LabelMismatch
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.encode.form import InputForm
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import Usage
from xlbench.workers.codec import receive, send
from xlbench.workers.protocol import Load

from .conftest import NLI, Folder, files_of

Extend = Callable[[str], Catalogue]


@pytest.fixture
def nowhere(tmp_path: Path) -> Hub:
    """A Hub that nobody answers for, with an empty cache."""
    return Hub(str(tmp_path / "cache"), "http://127.0.0.1:9")


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["base", "stilts"])
def test_the_embedded_suites_need_no_network(
    catalogue: Catalogue, nowhere: Hub, name: str, task: str
) -> None:
    spec = resolve(catalogue, name, task, hub=nowhere)
    assert spec.suite == name and spec.entry.startswith(name)
    assert (spec.weights, spec.flags) == ("trained", ())
    assert spec.labels == TASKS[task].labels
    assert spec.tokenizer_folder == str(EMBEDDED)
    assert spec.folder is not None and Path(spec.folder).parent == EMBEDDED / name


def test_embedded_entries_have_random_weights_when_asked(
    catalogue: Catalogue, nowhere: Hub
) -> None:
    spec = resolve(catalogue, "stilts", "xnli", weights="random", seed=7, hub=nowhere)
    assert (spec.flags, spec.seed, spec.folder) == (("random-weights",), 7, None)
    assert spec.tokenizer_folder == str(EMBEDDED)


def test_rows_that_were_trained_on_are_a_flag_of_their_task(
    extended: Extend, folder: Folder
) -> None:
    path = folder(id2label=NLI)
    text = (
        f"entries: {{mine: {{source: path, path: {path}, head: sequence-classification, "
        "tasks: [xnli], shared_rows: {xnli: 3}}}"
    )
    assert resolve(extended(text), "mine", "xnli").flags == ("shared-rows",)
    assert resolve(extended(text), "mine", "tatoeba").flags == ()
    assert resolve(extended(text), "mine", "xnli", weights="random").flags == ("random-weights",)


def test_random_weights_take_the_seed_of_the_call(catalogue: Catalogue) -> None:
    assert resolve(catalogue, "base", "xnli", weights="random", seed=7).seed == 7


@pytest.mark.parametrize("task", TASKS)
def test_every_task_runs_with_random_weights(catalogue: Catalogue, nowhere: Hub, task: str) -> None:
    spec = resolve(catalogue, "xlm-roberta-base", task, weights="random", seed=3, hub=nowhere)
    assert spec.config is not None and spec.config["vocab_size"] == 250002
    assert spec.folder is None and spec.seed == 3
    assert spec.labels == TASKS[task].labels


def test_a_tokenizer_that_can_not_be_had_is_replaced_and_flagged(
    catalogue: Catalogue, nowhere: Hub
) -> None:
    spec = resolve(catalogue, "mbert", "xnli", weights="random", hub=nowhere)
    assert spec.flags == ("random-weights", "substitute-tokenizer")
    assert spec.tokenizer_folder == str(EMBEDDED)
    assert "can't be reached" in spec.warnings[0] and "tokenizer=PATH" in spec.warnings[0]


def test_a_given_tokenizer_is_taken_without_a_flag(
    catalogue: Catalogue, nowhere: Hub, folder: Folder
) -> None:
    given = folder("tok")
    spec = resolve(catalogue, "mbert", "xnli", weights="random", tokenizer=str(given), hub=nowhere)
    assert spec.tokenizer_folder == str(given) and spec.flags == ("random-weights",)


def test_a_given_tokenizer_must_be_one(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="expected a folder with a tokenizer"):
        resolve(catalogue, "base", "xnli", tokenizer=str(tmp_path))


@pytest.mark.parametrize("path", ["missing", "more.yaml", "a" * 1000])
def test_an_entry_whose_folder_is_not_there_is_refused_in_a_sentence(
    extended: Extend, nowhere: Hub, path: str
) -> None:
    entry = f"x: {{source: path, path: {path}, config: {{model_type: bert}}, tasks: [tatoeba]}}"
    catalogue = extended(f"entries:\n  {entry}\n")
    with pytest.raises(UserError, match="there is no such folder") as error:
        resolve(catalogue, "x", "tatoeba", hub=nowhere)
    assert "\n" not in str(error.value)
    spec = resolve(catalogue, "x", "tatoeba", weights="random", hub=nowhere)
    assert "substitute-tokenizer" in spec.flags


def test_the_tokenizer_of_random_weights_comes_from_the_hub_then_from_the_cache(
    extended: Extend, hub: HubServer, folder: Folder, tmp_path: Path
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder()))
    catalogue = extended(
        f"entries: {{mine: {{source: hub, hub: a/b, revision: {'a' * 40}, "
        "config: {model_type: bert, num_hidden_layers: 12}}}"
    )
    cache = str(tmp_path / "cache")
    online = Hub(cache, hub.endpoint)
    first = resolve(catalogue, "mine", "tatoeba", weights="random", hub=online)
    assert first.flags == ("random-weights",) and first.revision == "a" * 40
    assert not hub.downloads("model.safetensors")
    offline = Hub(cache, "http://127.0.0.1:9")
    assert resolve(catalogue, "mine", "tatoeba", weights="random", hub=offline) == first


def test_an_entry_without_architecture_gets_it_from_the_hub(
    extended: Extend, hub: HubServer, folder: Folder, tmp_path: Path
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder()))
    catalogue = extended("entries: {mine: {source: hub, hub: a/b, revision: main}}")
    client = Hub(str(tmp_path / "cache"), hub.endpoint)
    spec = resolve(catalogue, "mine", "xnli", weights="random", hub=client)
    assert spec.config is not None and spec.config["model_type"] == "xlm-roberta"


def test_trained_weights_come_from_the_hub_at_a_recorded_commit(
    extended: Extend, hub: HubServer, folder: Folder, tmp_path: Path
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder(id2label=NLI)))
    catalogue = extended(
        "entries: {mine: {source: hub, hub: a/b, revision: main, tasks: [xnli], "
        "head: sequence-classification}}"
    )
    client = Hub(str(tmp_path / "cache"), hub.endpoint)
    spec = resolve(catalogue, "mine", "xnli", hub=client)
    assert spec.revision == "a" * 40 and spec.flags == ()
    assert spec.labels == ("contradiction", "neutral", "entailment")
    assert spec.folder is not None and (Path(spec.folder) / "model.safetensors").exists()


def test_the_revision_of_the_call_wins(
    extended: Extend, hub: HubServer, folder: Folder, tmp_path: Path
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder()), branches=("main", "v2"))
    catalogue = extended("entries: {mine: {source: hub, hub: a/b, revision: gone}}")
    client = Hub(str(tmp_path / "cache"), hub.endpoint)
    assert resolve(catalogue, "mine", "tatoeba", revision="v2", hub=client).revision == "a" * 40


def test_a_revision_without_the_hub_is_a_mistake(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match="revision=v2"):
        resolve(catalogue, "base", "xnli", revision="v2")


@pytest.mark.parametrize(
    ("name", "task", "reason"),
    [
        ("xlm-roberta-large", "xnli", "encoder without a fine-tuned head"),
        ("mnli-xlmr", "pawsx", "fine-tuned for xnli"),
        ("mnli-xlmr", "udpos", "not for token-classification"),
        ("base-mbert", "xnli", "the suite has no checkpoint for it"),
    ],
)
def test_a_missing_head_is_refused_before_a_download(
    catalogue: Catalogue, nowhere: Hub, name: str, task: str, reason: str
) -> None:
    with pytest.raises(Unsupported, match=reason) as caught:
        resolve(catalogue, name, task, hub=nowhere)
    assert name in str(caught.value) and task in str(caught.value)


@pytest.mark.parametrize("task", ["udpos", "xquad", "pawsx"])
def test_random_weights_are_advised_where_they_help(
    catalogue: Catalogue, folder: Folder, task: str
) -> None:
    path = str(folder(id2label=NLI))
    with pytest.raises(Unsupported, match="or pass --weights random"):
        resolve(catalogue, path, task)
    assert resolve(catalogue, path, task, weights="random").weights == "random"


def test_random_weights_are_not_advised_where_they_fail_alike(catalogue: Catalogue) -> None:
    for weights in ("trained", "random"):
        with pytest.raises(Unsupported, match="no checkpoint for it") as caught:
            resolve(catalogue, "base-mbert", "xnli", weights=weights)
        assert "--weights random" not in str(caught.value)


def test_a_local_folder_is_read_from_its_config(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(id2label=NLI)
    spec = resolve(catalogue, str(path), "xnli")
    assert spec.folder == spec.tokenizer_folder == str(path)
    assert spec.labels == ("contradiction", "neutral", "entailment")
    assert spec.revision is None and spec.flags == ()


def test_a_local_folder_with_another_head_is_refused(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(architecture="XLMRobertaForTokenClassification")
    with pytest.raises(Unsupported, match="token-classification"):
        resolve(catalogue, str(path), "xquad")
    with pytest.raises(Unsupported, match="without a fine-tuned head"):
        resolve(catalogue, str(folder("mlm", architecture="BertForMaskedLM")), "xquad")


def test_a_local_folder_trained_for_another_task_of_its_kind_is_left_out(
    catalogue: Catalogue, folder: Folder
) -> None:
    with pytest.raises(Unsupported, match="pawsx needs the labels 0, 1, found CONTRADICTION"):
        resolve(catalogue, str(folder(id2label=NLI)), "pawsx")


def test_an_entry_that_promises_a_task_must_have_its_labels(
    extended: Extend, folder: Folder
) -> None:
    path = folder(id2label=NLI)
    catalogue = extended(
        f"entries: {{mine: {{source: path, path: {path}, head: sequence-classification, "
        "tasks: [pawsx]}}"
    )
    with pytest.raises(LabelMismatch):
        resolve(catalogue, "mine", "pawsx")


@pytest.mark.parametrize("task", ["tatoeba", "bucc2018"])
def test_a_fine_tuned_folder_can_retrieve(catalogue: Catalogue, folder: Folder, task: str) -> None:
    spec = resolve(catalogue, str(folder(num_hidden_layers=24)), task)
    assert spec.head == "encoder" and spec.retrieval_layer == 14


def test_the_published_layers_are_used_for_retrieval(catalogue: Catalogue, nowhere: Hub) -> None:
    for name, layer in (("xlm-roberta-base", 8), ("xlm-roberta-large", 14), ("mbert", 8)):
        spec = resolve(catalogue, name, "tatoeba", weights="random", hub=nowhere)
        assert spec.retrieval_layer == layer


def test_a_layer_beyond_the_depth_is_refused(extended: Extend, folder: Folder) -> None:
    path = folder()
    catalogue = extended(f"entries: {{mine: {{source: path, path: {path}, retrieval_layer: 3}}}}")
    with pytest.raises(UserError, match="retrieval_layer is 3, the model has 2"):
        resolve(catalogue, "mine", "tatoeba")


def test_the_catalogue_must_not_promise_another_head(extended: Extend, folder: Folder) -> None:
    path = folder(architecture="BertModel")
    catalogue = extended(
        f"entries: {{mine: {{source: path, path: {path}, head: question-answering, "
        "tasks: [xquad]}}"
    )
    with pytest.raises(UserError, match="Correct `head`"):
        resolve(catalogue, "mine", "xquad")


def test_a_local_folder_runs_with_random_weights(catalogue: Catalogue, folder: Folder) -> None:
    path = folder()
    (path / "model.safetensors").unlink()
    spec = resolve(catalogue, str(path), "panx", weights="random")
    assert spec.config == read_config(path, "m").content
    assert spec.tokenizer_folder == str(path)


def test_a_checkpoint_without_tokenizer_is_refused(catalogue: Catalogue, folder: Folder) -> None:
    path = folder(id2label=NLI)
    (path / "tokenizer.json").unlink()
    with pytest.raises(UserError, match="no tokenizer beside its weights"):
        resolve(catalogue, str(path), "xnli")


def test_trained_weights_never_get_a_substitute_tokenizer(
    extended: Extend, folder: Folder, nowhere: Hub
) -> None:
    path = folder(id2label=NLI)
    (path / "tokenizer.json").unlink()
    catalogue = extended(
        f"entries: {{mine: {{source: path, path: {path}, head: sequence-classification, "
        "tasks: [xnli], tokenizer: mbert}}"
    )
    with pytest.raises(UserError, match="no tokenizer beside its weights"):
        resolve(catalogue, "mine", "xnli", hub=nowhere)


def test_a_bare_sentencepiece_model_gives_way_to_the_same_tokenizer_in_full(
    extended: Extend, folder: Folder, nowhere: Hub
) -> None:
    path, full = folder(id2label=NLI), folder("full")
    (path / "tokenizer.json").rename(path / "sentencepiece.bpe.model")
    text = (
        f"entries: {{mine: {{source: path, path: {path}, head: sequence-classification, "
        "tasks: [xnli], tokenizer: %s}}"
    )
    spec = resolve(extended(text % full), "mine", "xnli", hub=nowhere)
    assert spec.tokenizer_folder == str(full)
    spec = resolve(extended(text % "mbert"), "mine", "xnli", hub=nowhere)
    assert spec.tokenizer_folder == str(path), "its own is better than a substitute"


def test_an_unknown_name_lists_the_known_ones(catalogue: Catalogue) -> None:
    with pytest.raises(UserError, match=r"unknown checkpoint or suite 'bsae'.*base.*stilts"):
        resolve(catalogue, "bsae", "xnli")


def test_a_spec_survives_the_way_to_the_worker(catalogue: Catalogue) -> None:
    for task in TASKS:
        request = Load(resolve(catalogue, "base", task), "fp32", None, "eager")
        pipe = io.BytesIO()
        send(pipe, request)
        pipe.seek(0)
        assert receive(pipe) == request


def test_resolving_does_not_import_torch() -> None:
    code = (
        "import sys; from xlbench.checkpoints.catalogue import load_catalogue;"
        "from xlbench.checkpoints.resolve import resolve;"
        "resolve(load_catalogue(), 'base', 'xnli');"
        "print([m for m in ('torch', 'transformers', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_how_a_checkpoint_is_used_is_said_by_arm_then_entry_then_xtreme(
    extended: Extend, folder: Folder
) -> None:
    path = folder()
    says = "tagging_layout: tokenizer, pooling: cls, retrieval_layer: 1, prefix: 'query: '"
    catalogue = extended(f"entries: {{mine: {{source: path, path: {path}, {says}}}}}")
    spec = resolve(catalogue, "mine", "tatoeba")
    assert (spec.pooling, spec.retrieval_layer, spec.form) == (
        "cls",
        1,
        InputForm("tokenizer", "query: "),
    )
    arm = Usage(pooling="mean", retrieval_layer=0, prefix="passage: ", tagging_layout="xtreme")
    spec = resolve(catalogue, "mine", "tatoeba", usage=arm)
    assert (spec.pooling, spec.retrieval_layer, spec.form) == (
        "mean",
        0,
        InputForm("xtreme", "passage: "),
    )
    silent = extended(f"entries: {{mine: {{source: path, path: {path}}}}}")
    plain = resolve(silent, "mine", "bucc2018")
    assert (plain.pooling, plain.retrieval_layer, plain.form) == ("mean", 1, InputForm())


def test_a_prefix_is_for_retrieval_alone(catalogue: Catalogue, nowhere: Hub) -> None:
    usage = Usage(prefix="query: ")
    for task, prefix in (("tatoeba", "query: "), ("udpos", ""), ("xnli", "")):
        assert resolve(catalogue, "base", task, usage=usage, hub=nowhere).prefix == prefix
