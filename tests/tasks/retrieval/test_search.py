"""From embeddings to predictions, and on to the metrics."""

import numpy as np
import pytest

from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.retrieval.example import SentenceExample

TATOEBA, BUCC = TASKS["tatoeba"], TASKS["bucc2018"]


def predict(task, examples, embeddings):
    return list(task.kind.search(task, examples, embeddings))


def score(task, language, examples, predictions):
    return task.kind.score(task, language, examples, predictions).measures


def cell(language, n, splits=("test",), gold=None):
    """``n`` sentences a side and split; target ``i`` translates source ``i``."""
    return [
        SentenceExample(
            f"{code}-{i}",
            f"{code} {i} {split}",
            side,
            split,
            (f"en-{i}",)
            if side == "source" and (gold is None or i < gold)
            else (() if side == "source" else None),
        )
        for split in splits
        for side, code in (("source", language), ("target", "en"))
        for i in range(n)
    ]


def embed(examples, noise, gold=None):
    """Embeddings in which translations differ by noise and all else is unrelated."""
    random = np.random.default_rng(0)
    meanings, rows = {}, []
    for e in examples:
        number = int(e.id.split("-")[1])
        translated = gold is None or number < gold
        key = (e.split, number, None if translated else e.side)
        meaning = meanings.setdefault(key, random.standard_normal(24) + 0.5)
        rows.append(meaning + noise * random.standard_normal(24))
    return np.array(rows, np.float32)


def test_tatoeba_finds_translations_in_both_directions() -> None:
    examples = cell("de", 40)
    predictions = predict(TATOEBA, examples, embed(examples, 0.1))
    assert [p.id for p in predictions] == [f"en-{i}" for i in range(40)] + [
        f"de-{i}" for i in range(40)
    ]
    assert predictions[3].value == "de-3"
    assert predictions[43].value == "en-3"
    assert predictions[3].score is not None and 0.9 < predictions[3].score < 1
    found = score(TATOEBA, "de", examples, {p.id: p for p in predictions})
    assert [m.value for m in found] == [100.0, 100.0]


def test_bucc_finds_the_pairs_and_leaves_most_others_below_the_threshold() -> None:
    examples = cell("de", 60, ("test", "dev"), gold=30)
    predictions = predict(BUCC, examples, embed(examples, 0.1, gold=30))
    assert [p.id for p in predictions] == [f"de-{i}" for i in range(60)] + [
        f"dev:de-{i}" for i in range(60)
    ]
    assert all((p.score is None) == (p.value == "") for p in predictions)
    f1, _, _ = score(BUCC, "de", examples, {p.id: p for p in predictions})
    assert f1.value > 95


def test_splits_are_mined_apart() -> None:
    examples = cell("de", 20, ("test", "dev"))
    apart = [e for e in examples if e.split == "test"]
    embeddings = embed(examples, 0.1)
    both = predict(BUCC, examples, embeddings)
    assert both[:20] == predict(BUCC, apart, embeddings[: len(apart)])


def test_repeated_sentences_get_no_translation_and_are_not_one() -> None:
    examples = cell("de", 10)
    twice = SentenceExample("de-10", examples[4].text + " ", "source", "test", ())
    target = SentenceExample("en-10", examples[17].text, "target", "test", None)
    embeddings = embed(examples, 0.05)
    embeddings = np.concatenate((embeddings, embeddings[[4, 17]]))
    found = {p.id: p for p in predict(BUCC, [*examples, twice, target], embeddings)}
    assert found["de-4"].value == found["de-10"].value == ""
    assert found["de-7"].value == ""
    assert found["de-5"].value == "en-5"


def test_embeddings_on_disk_give_the_same_predictions(tmp_path) -> None:
    examples = cell("de", 30)
    embeddings = embed(examples, 0.5)
    np.save(tmp_path / "e.npy", embeddings)
    mapped = np.load(tmp_path / "e.npy", mmap_mode="r")
    for task in (TATOEBA, BUCC):
        assert predict(task, examples, mapped) == predict(task, examples, embeddings)


@pytest.mark.parametrize("task", [TATOEBA, BUCC])
@pytest.mark.parametrize("value", [0.0, np.nan])
def test_an_embedding_without_direction_is_an_error_that_names_the_sentence(task, value) -> None:
    examples = cell("de", 5)
    embeddings = embed(examples, 0.1)
    embeddings[7] = value
    with pytest.raises(UserError, match=f"{task.name}, test sentence 'en-2'"):
        predict(task, examples, embeddings)


@pytest.mark.parametrize("task", [TATOEBA, BUCC])
def test_a_side_without_sentences_leaves_every_answer_empty(task) -> None:
    examples = [e for e in cell("de", 3) if e.side == "source"]
    found = predict(task, examples, np.ones((3, 4), np.float32))
    assert [(p.id, p.value, p.score) for p in found] == [(f"de-{i}", "", None) for i in range(3)]


def test_one_embedding_for_each_example_is_required() -> None:
    with pytest.raises(ValueError, match=r"expected embeddings of shape \(6, dim\)"):
        predict(TATOEBA, cell("de", 3), np.ones((5, 4), np.float32))
