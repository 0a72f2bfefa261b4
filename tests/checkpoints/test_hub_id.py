from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hub_server import HubServer, Repository
from safetensors.numpy import save_file

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS

from .conftest import NLI, Folder, files_of

Extend = Callable[[str], Catalogue]


@pytest.fixture
def online(hub: HubServer, tmp_path: Path) -> Hub:
    """The way to the Hub of the tests."""
    return Hub(str(tmp_path / "cache"), hub.endpoint)


def test_a_hub_id_works_as_an_entry_does(
    catalogue: Catalogue, hub: HubServer, online: Hub, folder: Folder
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder(id2label=NLI)))
    spec = resolve(catalogue, "a/b", "xnli", hub=online)
    assert spec.head == "sequence-classification" and spec.revision == "a" * 40
    assert spec.labels == ("contradiction", "neutral", "entailment")
    assert spec.entry == "a/b" and spec.weights == "trained"
    with pytest.raises(Unsupported, match="pawsx needs the labels 0, 1"):
        resolve(catalogue, "a/b", "pawsx", hub=online)
    with pytest.raises(Unsupported, match="not for question-answering"):
        resolve(catalogue, "a/b", "xquad", hub=online)
    assert resolve(catalogue, "a/b", "tatoeba", hub=online).head == "encoder"


def test_a_hub_id_takes_the_revision_of_the_arm(
    catalogue: Catalogue, hub: HubServer, online: Hub, folder: Folder
) -> None:
    files = files_of(folder(architecture="XLMRobertaForQuestionAnswering"))
    hub.repositories["a/b"] = Repository(files, "b" * 40, ("v2",))
    spec = resolve(catalogue, "a/b", "xquad", revision="v2", hub=online)
    assert spec.revision == "b" * 40
    with pytest.raises(UserError, match="no such revision"):
        resolve(catalogue, "a/b", "xquad", revision="v3", hub=online)


def test_a_hub_id_runs_with_random_weights_without_theirs(
    catalogue: Catalogue, hub: HubServer, online: Hub, folder: Folder
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder(num_hidden_layers=3)))
    spec = resolve(catalogue, "a/b", "xnli", weights="random", hub=online)
    assert spec.config is not None and spec.config["num_hidden_layers"] == 3
    assert spec.flags == ("random-weights",) and not hub.downloads("model.safetensors")


def test_a_hub_id_whose_config_names_no_class_is_told_by_its_weights(
    catalogue: Catalogue, hub: HubServer, online: Hub, folder: Folder
) -> None:
    path = folder(architectures=None, id2label=dict(enumerate(TASKS["panx"].labels)))
    save_file({"classifier.weight": np.zeros(3, np.float32)}, path / "model.safetensors")
    hub.repositories["a/b"] = Repository(files_of(path))
    assert resolve(catalogue, "a/b", "panx", hub=online).head == "token-classification"


def test_what_a_hub_id_does_not_say_is_asked_for_with_the_entry_that_says_it(
    extended: Extend, catalogue: Catalogue, hub: HubServer, online: Hub, folder: Folder
) -> None:
    hub.repositories["a/b"] = Repository(files_of(folder(num_labels=3)))
    with pytest.raises(UserError, match="--checkpoints FILE") as caught:
        resolve(catalogue, "a/b", "xnli", hub=online)
    _, _, text = str(caught.value).partition("\n")
    mended = extended(text)
    (name,) = set(mended.entries) - set(catalogue.entries)
    spec = resolve(mended, name, "xnli", hub=online)
    assert spec.labels == TASKS["xnli"].labels and spec.revision == "a" * 40


def test_a_name_that_is_neither_folder_nor_repository_says_so(
    catalogue: Catalogue,
    hub: HubServer,
    online: Hub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UserError, match="no such repository"):
        resolve(catalogue, "a/none", "xnli", hub=online)
    asked = hub.requests.total()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    for name in ("models/mine", "./a/b", "a/b/c", "/no/where", "~nobody/x", "a" * 300 + "/b"):
        with pytest.raises(UserError, match="no such folder"):
            resolve(catalogue, name, "xnli", hub=online)
    assert hub.requests.total() == asked, "a local name is no question to the Hub"


def test_a_file_in_place_of_a_folder_is_named(catalogue: Catalogue, folder: Folder) -> None:
    with pytest.raises(UserError, match="that is a file; expected the folder"):
        resolve(catalogue, str(folder() / "model.safetensors"), "xnli")
