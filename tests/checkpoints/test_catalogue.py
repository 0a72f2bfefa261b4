import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from xlbench.checkpoints.catalogue import Catalogue, load_catalogue
from xlbench.checkpoints.heads import head_for
from xlbench.errors import UserError
from xlbench.printable import is_printable
from xlbench.tasks.catalogue import TASKS

Extend = Callable[[str], Catalogue]

HUB = "{source: hub, hub: a/b, revision: main, head: encoder}"


def test_the_shipped_embedded_suites_cover_all_tasks(catalogue: Catalogue) -> None:
    for name in ("base", "stilts"):
        assert set(catalogue.suites[name].checkpoints) == set(TASKS)
        entries = [catalogue.entries[e] for e in catalogue.suites[name].checkpoints.values()]
        assert {entry.source for entry in entries} == {"embedded"}


def test_the_shipped_hub_entries_need_no_network_for_random_weights(catalogue: Catalogue) -> None:
    hub = [entry for entry in catalogue.entries.values() if entry.source == "hub"]
    assert {"mnli-xlmr", "mbert", "xlm-roberta-base", "xlm-roberta-large"} <= {e.name for e in hub}
    assert all(entry.config["num_hidden_layers"] in (12, 24) for entry in hub)


def test_the_labels_of_mnli_xlmr_are_those_of_xnli(catalogue: Catalogue) -> None:
    labels = catalogue.entries["mnli-xlmr"].labels
    assert labels == ("contradiction", "neutral", "entailment")
    assert set(labels) == set(TASKS["xnli"].labels)


def test_every_shipped_suite_gives_each_task_the_head_that_it_needs(catalogue: Catalogue) -> None:
    for suite in catalogue.suites.values():
        for task, name in suite.checkpoints.items():
            entry = catalogue.entries[name]
            needed = head_for(TASKS[task])
            assert needed == "encoder" or entry.source == "embedded" or entry.head == needed


def test_revisions_are_commits_or_a_branch(catalogue: Catalogue) -> None:
    for entry in catalogue.entries.values():
        if entry.source == "hub":
            assert entry.revision == "main" or len(str(entry.revision)) == 40


def test_a_file_of_ones_own_adds_and_overrides(extended: Extend) -> None:
    got = extended(f"entries: {{mine: {HUB}, mbert: {HUB}}}")
    assert got.entries["mine"].hub == got.entries["mbert"].hub == "a/b"
    assert "mnli-xlmr" in got.entries


def test_a_suite_of_ones_own_may_use_shipped_entries(extended: Extend) -> None:
    got = extended("suites: {s: {description: d, checkpoints: {xnli: mnli-xlmr}}}")
    assert got.suites["s"].checkpoints == {"xnli": "mnli-xlmr"}


def test_a_path_is_relative_to_its_file(extended: Extend, tmp_path: Path) -> None:
    got = extended("entries: {mine: {source: path, path: models/a}}")
    assert got.entries["mine"].path == str(tmp_path / "models" / "a")


def test_labels_that_yaml_reads_as_numbers_become_text(extended: Extend) -> None:
    got = extended(
        "entries: {mine: {source: path, path: a, head: sequence-classification, "
        "tasks: [pawsx], labels: [1, 0]}}"
    )
    assert got.entries["mine"].labels == ("1", "0")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("entries: {mine: {source: hub, hub: a/b, head: encoder}}", "revision is missing"),
        ("entries: {mine: {source: hub, revision: main}}", "hub is missing"),
        ("entries: {mine: {head: encoder}}", "source is missing"),
        (
            "entries: {mine: {source: ftp}}",
            "'path' or 'embedded', found 'ftp'",
        ),
        ("entries: {mine: {source: path, path: a, haed: encoder}}", "unknown key 'haed'"),
        ("entries: {mine: {source: path, path: a, head: lm}}", "head: expected one of"),
        ("entries: {mine: {source: path, path: a, tasks: [xnil]}}", "unknown task 'xnil'"),
        ("entries: {mine: {source: path, path: a, tasks: xnli}}", "tasks: expected to be a"),
        ("entries: {mine: {source: path, path: a, labels: []}}", "labels: expected to have at"),
        ("entries: {mine: {source: path, path: a, labels: [a, [b]]}}", "labels.1: expected to be"),
        ("entries: {mine: {source: path, path: a, config: {a: 1}}}", "with a model_type"),
        ("entries: {mine: {source: path, path: a, config: {1: bert}}}", "config"),
        (
            "entries: {mine: {source: path, path: a, config: {model_type: bert, x: !!set {a}}}}",
            "config: Object of type set",
        ),
        (
            "entries: {mine: {source: path, path: a, config: {model_type: bert, n_layers: [2]}}}",
            "n_layers: expected a whole number",
        ),
        ("entries: {mine: {source: path, path: a, retrieval_layer: -1}}", "at least 0"),
        ("entries: {mine: {source: path, path: a, retrieval_layer: true}}", "text or a number"),
        ("entries: {mine: {source: path, path: a, pooling: max}}", "expected one of mean, cls"),
        ("entries: {mine: {source: path, path: a, shared_rows: {xnli: -1}}}", "shared_rows"),
        ("entries: {mine: {source: embedded, head: encoder}}", "path is missing"),
        ("entries: {mine: {source: embedded, head: encoder, path: null}}", "path is missing"),
        (
            "entries: {mine: {source: path, path: a, shared_rows: {xnli: 1.5}}}",
            "shared_rows.xnli: expected to be a valid integer",
        ),
        (
            f"entries: {{mine: {{source: path, path: a, shared_rows: {{xnli: {'9' * 90}}}}}}}",
            "shared_rows.xnli: expected to be less",
        ),
        ('entries: {mine: {source: path, path: "a\\0b"}}', "path: expected text without control"),
        ('entries: {mine: {source: path, path: "\\uD800"}}', "path: "),
        (f"entries: {{mine: {{source: path, path: a, tokenizer: {'a' * 300}}}}}", "another entry"),
        (f"entries: {{mine: {{source: path, path: {'a' * 5000}}}}}", "path: expected to have at"),
        ("entries: {mine: {source: path, path: a, tokenizer: nowhere}}", "another entry or a fold"),
        ("entries: {mine: owner/name}", "found 'owner/name'"),
        ("entries: {mine: {source: path, path: a, usage: x}}", "unknown key 'usage'"),
        (
            "entries: {mine: {source: path, path: a, head: question-answering, tasks: [xnli]}}",
            "task xnli needs the head sequence-classification",
        ),
        ("suites: {mine: {description: d, checkpoints: {xnli: gone}}}", "there is no entry 'gone'"),
        ("suites: {mine: {description: d, checkpoints: {xnil: base}}}", "unknown task 'xnil'"),
        ("suites: {mine: {description: d, checkpoints: {pawsx: mnli-xlmr}}}", "not fine-tuned"),
        ("suites: {mine: {description: x}}", "checkpoints is missing"),
    ],
)
def test_a_mistake_is_told_with_file_and_name(extended: Extend, text: str, expected: str) -> None:
    with pytest.raises(UserError) as caught:
        extended(text)
    assert expected in str(caught.value)
    assert "more.yaml" in str(caught.value) and "'mine'" in str(caught.value)


@pytest.mark.parametrize("text", ["entries: [a", "- a", "entrys: {}", "entries: 3", ""])
def test_a_file_that_is_no_catalogue_is_named(extended: Extend, text: str) -> None:
    with pytest.raises(UserError, match=r"more\.yaml"):
        extended(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.yaml.*can't be read"):
        load_catalogue(tmp_path / "none.yaml")


SHAPES = {
    "entries": {
        "x": {
            "source": "path",
            "path": ".",
            "head": "sequence-classification",
            "tasks": ["xnli"],
            "labels": ["entailment", "neutral", "contradiction"],
            "config": {"model_type": "bert", "num_hidden_layers": 2},
            "tokenizer": "base",
            "retrieval_layer": 1,
        },
        "h": {"source": "hub", "hub": "a/b", "revision": "main"},
    },
    "suites": {"s": {"checkpoints": {"xnli": "x", "bucc2018": "base"}}},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(),
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5) | st.none(), part)
    ),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_a_catalogue_it_is_read_or_a_users_mistake(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = copy.deepcopy(SHAPES)
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = content
        while isinstance(place, dict) and place and data.draw(st.integers(0, 3)):
            key = data.draw(st.sampled_from(list(place)))
            if not isinstance(place[key], dict) or not data.draw(st.integers(0, 3)):
                place[key] = data.draw(VALUES)
            place = place[key]
    file = tmp_path_factory.mktemp("c") / "more.yaml"
    file.write_text(yaml.safe_dump(content))
    try:
        catalogue = load_catalogue(file)
    except UserError as error:
        assert "more.yaml" in str(error) and is_printable(str(error))
        return
    assert all(entry.name == name for name, entry in catalogue.entries.items())
