from pathlib import Path

import pytest
import yaml

from xlbench.checkpoints import labels
from xlbench.checkpoints.config import parse_config
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.entry_file import parse_entry
from xlbench.checkpoints.labels import LabelMismatch
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS, Task

XNLI, PAWSX, PANX, XQUAD = (TASKS[name] for name in ("xnli", "pawsx", "panx", "xquad"))
ORDER = ("contradiction", "neutral", "entailment")


def labels_of(
    task: Task, declared: tuple[str, ...] | None, config: dict[str, object], name: str
) -> tuple[str, ...]:
    entry = Entry(name, "path", path="/m", labels=declared)
    return labels.labels_of(task, entry, parse_config({"model_type": "bert", **config}, name))


def config(*labels: str) -> dict[str, object]:
    return {"id2label": {str(index): label for index, label in enumerate(labels)}}


def test_the_order_of_the_model_is_kept() -> None:
    assert labels_of(XNLI, None, config(*ORDER), "m") == ORDER


def test_labels_match_whatever_their_case() -> None:
    assert labels_of(XNLI, None, config(*map(str.upper, ORDER)), "m") == ORDER


def test_ten_and_more_labels_are_ordered_as_numbers() -> None:
    tags = TASKS["udpos"].labels
    shuffled = dict(reversed(list(config(*tags)["id2label"].items())))  # type: ignore[attr-defined]
    assert labels_of(TASKS["udpos"], None, {"id2label": shuffled}, "m") == tags


def test_nameless_labels_are_never_guessed() -> None:
    with pytest.raises(UserError, match=r"LABEL_0.*--checkpoints FILE"):
        labels_of(XNLI, None, config("LABEL_0", "LABEL_1", "LABEL_2"), "m")
    with pytest.raises(UserError, match="LABEL_0, LABEL_1"):
        labels_of(PAWSX, None, {}, "m")


def test_nameless_labels_of_another_number_belong_to_another_task() -> None:
    with pytest.raises(LabelMismatch, match="xnli has 3 labels, the model 2 outputs"):
        labels_of(XNLI, None, {}, "m")


def test_nameless_labels_take_the_order_of_the_catalogue() -> None:
    assert labels_of(PAWSX, ("1", "0"), {}, "m") == ("1", "0")


def test_catalogue_and_model_must_not_contradict_each_other() -> None:
    with pytest.raises(UserError) as caught:
        labels_of(XNLI, ("entailment", "neutral", "contradiction"), config(*ORDER), "m")
    assert "entailment, neutral, contradiction" in str(caught.value)
    assert ", ".join(ORDER) in str(caught.value)


def test_the_number_of_outputs_must_fit() -> None:
    with pytest.raises(UserError, match="lists 3 labels, the model has 2 outputs"):
        labels_of(XNLI, ORDER, {}, "m")


def test_labels_of_another_task_are_refused() -> None:
    with pytest.raises(UserError, match=r"pawsx needs the labels 0, 1, found contradiction"):
        labels_of(PAWSX, None, config(*ORDER), "m")


def test_a_tagger_may_know_more_tags_than_the_task() -> None:
    tags = (*PANX.labels, "B-DATE")
    assert labels_of(PANX, None, config(*tags), "m") == tags


def test_a_tagger_that_lacks_a_tag_is_refused() -> None:
    with pytest.raises(UserError, match="panx needs the labels"):
        labels_of(PANX, None, config(*PANX.labels[:-1]), "m")


def test_tasks_without_labels_ask_for_none() -> None:
    assert labels_of(XQUAD, None, {}, "m") == ()


def test_what_is_asked_for_comes_with_the_entry_to_paste() -> None:
    with pytest.raises(UserError) as caught:
        labels_of(XNLI, None, config("LABEL_0", "LABEL_1", "LABEL_2"), "a/my model: x")
    message, _, text = str(caught.value).partition("\n")
    assert message.endswith("--checkpoints FILE.")
    ((name, value),) = yaml.safe_load(text)["entries"].items()
    entry = parse_entry(name, value, Path("more.yaml"))
    assert (entry.path, entry.head, entry.tasks) == ("/m", "sequence-classification", ("xnli",))
    assert entry.labels == XNLI.labels
