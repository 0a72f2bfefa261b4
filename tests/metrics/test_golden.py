"""Whole cells whose metrics are worked out by hand from the official definitions.

Sources: google-research/xtreme, ``evaluate.py`` and ``third_party/utils_retrieve.py``
(``bucc_optimize``, ``bucc_extract``, ``read_sent2id``, ``similarity_search``); SQuAD v1.1's
``evaluate-v1.1.py``; facebookresearch/MLQA, ``mlqa_evaluation_v1.py``; seqeval 0.0.12,
``get_entities``. Each row says how its number comes about.
"""

import numpy as np
import pytest

from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample


def values(task, language, examples, predictions):
    by_id = {p.id: p for p in predictions}
    measures = TASKS[task].kind.score(TASKS[task], language, examples, by_id).measures
    return {m.name: m.value for m in measures}


def predict(task, examples, embeddings):
    return list(task.kind.search(task, examples, embeddings))


def answered(task, language, gold, guess):
    """F1 and exact match of one question, in percent."""
    example = QuestionExample("q", "Who?", "Someone.", tuple(gold), (0,) * len(gold))
    found = values(task, language, [example], [Prediction("q", guess)])
    return found["f1"], found["exact_match"]


def tagged(task, gold, guess):
    example = TaggingExample("s", ("w",) * len(gold.split()), tuple(gold.split()))
    return values(task, "en", [example], [Prediction("s", guess)])


def mined(rows, split):
    """Source sentences and predictions from ``(score or None, right, has_gold)``."""
    examples, predictions = [], []
    for number, (margin, right, has_gold) in enumerate(rows):
        key = f"de-{number}"
        examples.append(
            SentenceExample(key, key, "source", split, (f"en-{number}",) if has_gold else ())
        )
        target = "" if margin is None else (f"en-{number}" if right else "en-other")
        predictions.append(Prediction(key if split == "test" else f"{split}:{key}", target, margin))
    return examples, predictions


@pytest.mark.parametrize(
    ("gold", "f1", "exact"),
    [
        (["Bern"], 0, 0),
        # nothing is left of either: equal, but they share no word (num_same == 0)
        (["the"], 0, 100),
        (["Bern", "a"], 0, 100),
    ],
)
@pytest.mark.parametrize("task", ["xquad", "mlqa", "tydiqa"])
def test_an_empty_answer(task, gold, f1, exact) -> None:
    assert answered(task, "en", gold, "") == (f1, exact)


def test_empty_predictions_of_the_other_tasks_are_wrong_and_never_undefined() -> None:
    pair = [PairExample("1", "a", "b", "neutral")]
    assert values("xnli", "de", pair, [Prediction("1", "")]) == {"accuracy": 0}
    nothing = {"f1": 0, "precision": 0, "recall": 0}
    assert tagged("panx", "B-PER O", "O O") == nothing
    dev, dev_mined = mined([(1.2, True, True)], "dev")
    test, test_mined = mined([(None, False, True), (None, False, True)], "test")
    assert values("bucc2018", "de", dev + test, dev_mined + test_mined) == nothing
    sides = [
        SentenceExample("de-0", "x", "source", "test", ("en-0",)),
        SentenceExample("en-0", "y", "target", "test", None),
    ]
    found = values("tatoeba", "de", sides, [Prediction("de-0", ""), Prediction("en-0", "")])
    assert found == {"accuracy": 0, "accuracy_to_english": 0}


@pytest.mark.parametrize("task", ["xquad", "mlqa", "tydiqa"])
def test_of_several_gold_answers_the_best_counts(task) -> None:
    # "st petersburg" against "saint petersburg": P 1/2, R 1/2, F1 1/2; against "city of st
    # petersburg": P 1, R 2/4, F1 2/3; against "petersburg": P 1/2, R 1, F1 2/3
    gold = ["Saint Petersburg", "the city of St. Petersburg", "Petersburg"]
    f1, exact = answered(task, "en", gold, "St. Petersburg")
    assert (f1, exact) == (pytest.approx(200 / 3), 0)
    assert answered(task, "en", [*gold, "St Petersburg"], "the St. Petersburg") == (100, 100)


@pytest.mark.parametrize(
    ("language", "gold", "guess"),
    [
        ("en", "house of dog", "The house of a dog"),
        ("de", "Haus eines Hundes", "Das Haus des Hundes"),
        ("es", "casa perro", "La casa, el perro"),
        ("vi", "nhà người", "Cái nhà của những người"),
        ("ar", "كتاب جديد", "الكتاب الجديد"),
        # "ال" is taken out inside of words too
        ("ar", "جم", "جمال"),
    ],
)
def test_mlqa_puts_the_articles_of_five_languages_aside(language, gold, guess) -> None:
    assert answered("mlqa", language, [gold], guess) == (100, 100)
    if language != "en":
        assert answered("xquad", language, [gold], guess)[1] == 0


@pytest.mark.parametrize(
    ("task", "language", "guess"),
    [
        ("mlqa", "en", "der Hund"),
        ("mlqa", "hi", "the Hund"),
        ("xquad", "de", "der Hund"),
        ("tydiqa", "fi", "der Hund"),
    ],
)
def test_articles_of_another_language_are_words(task, language, guess) -> None:
    # P 1/2, R 1
    assert answered(task, language, ["Hund"], guess) == (pytest.approx(200 / 3), 0)


@pytest.mark.parametrize(
    ("gold", "guess", "mlqa", "squad"),
    [
        ("1998年", "（1998年）。", (100, 100), (0, 0)),
        ("“和平”", "和平", (100, 100), (0, 0)),
        # full-width digits are no punctuation: of "１９９８ 年" and "1998 年" one word is shared
        ("1998年", "１９９８年", (50, 0), (0, 0)),
        # U+FF5E is a mathematical symbol for Unicode, so that it stays: "5～6 年", "56 年"
        ("5～6年", "56年", (50, 0), (0, 0)),
        # ASCII's tilde counts as punctuation in both scripts
        ("5~6年", "56年", (100, 100), (100, 100)),
    ],
)
def test_full_width_punctuation(gold, guess, mlqa, squad) -> None:
    assert answered("mlqa", "zh", [gold], guess) == (pytest.approx(mlqa[0]), mlqa[1])
    assert answered("xquad", "zh", [gold], guess) == squad


@pytest.mark.parametrize(
    ("gold", "guess", "mlqa", "squad"),
    [
        # "iphone 6 手 机" and "iphone 手 机": P 1, R 3/4; SQuAD: "iphone 6手机" and "iphone手机"
        ("iPhone 6手机", "iPhone手机", 600 / 7, 0),
        # "由 ibm 公 司" and "ibm 公 司": P 1, R 3/4
        ("由IBM公司", "IBM公司", 600 / 7, 0),
        # white space between Han characters does not matter to MLQA; SQuAD: "ibm 公 司" and
        # "ibm 公司" share one word, P 1/3, R 1/2
        ("IBM 公司", "IBM 公 司", 100, 40),
    ],
)
def test_mixed_chinese_and_latin_text(gold, guess, mlqa, squad) -> None:
    assert answered("mlqa", "zh", [gold], guess)[0] == pytest.approx(mlqa)
    assert answered("xquad", "zh", [gold], guess)[0] == pytest.approx(squad)


@pytest.mark.parametrize(
    ("gold", "guess", "correct", "predicted", "wanted"),
    [
        ("B-PER I-PER O B-LOC", "I-PER I-PER O I-LOC", 2, 2, 2),
        # PER 0-1, LOC 3, LOC 4 and PER 0-1, ORG 2, LOC 4
        ("B-PER I-PER O I-LOC B-LOC", "I-PER I-PER I-ORG O B-LOC", 2, 3, 3),
        # PER 0-1 and PER 0, PER 1
        ("B-PER I-PER", "I-PER B-PER", 0, 2, 1),
    ],
)
def test_an_inside_tag_without_its_beginning(gold, guess, correct, predicted, wanted) -> None:
    found = tagged("panx", gold, guess)
    precision, recall = correct / predicted, correct / wanted
    f1 = 2 * precision * recall / (precision + recall) if correct else 0
    assert found == pytest.approx(
        {"f1": 100 * f1, "precision": 100 * precision, "recall": 100 * recall}
    )


def test_labels_that_one_side_lacks() -> None:
    # MISC 1 and MISC 2 are predicted, never right: P 1/3, R 1/2, F1 2/5
    found = tagged("panx", "B-PER O O B-LOC", "B-PER B-MISC B-MISC O")
    assert found == pytest.approx({"f1": 40, "precision": 100 / 3, "recall": 50})
    # a tag outside of UPOS is a chunk like any other
    found = tagged("udpos", "NOUN VERB", "_ VERB")
    assert found == {"f1": 50, "precision": 50, "recall": 50, "token_accuracy": 50}
    pair = [PairExample("1", "a", "b", "neutral"), PairExample("2", "a", "b", "entailment")]
    predictions = [Prediction("1", "not_entailment"), Prediction("2", "entailment")]
    assert values("xnli", "de", pair, predictions) == {"accuracy": 50}


def test_ties_at_the_threshold_of_bucc() -> None:
    # dev, 3 of gold: after one pair P 1, R 1/3; after two P 1, R 2/3 (best); after three 2/3 and
    # 2/3. The second and third tie at 1.1, which is then halfway between them.
    dev, dev_mined = mined(
        [(1.2, True, True), (1.1, True, True), (1.1, False, False), (1.0, False, True)], "dev"
    )
    # test: 1.3, and both at exactly 1.1, are taken: 2 of 3 right, 3 of gold
    test, test_mined = mined(
        [(1.3, True, True), (1.1, True, True), (1.1, False, False), (1.09, True, True)], "test"
    )
    found = values("bucc2018", "de", dev + test, dev_mined + test_mined)
    third = pytest.approx(200 / 3)
    assert found == {"f1": third, "precision": third, "recall": third}


def sentences(texts, code, side, split):
    return [
        SentenceExample(
            f"{code}-{i}", text, side, split, (f"en-{i}",) if side == "source" else None
        )
        for i, text in enumerate(texts)
    ]


def embeddings(examples):
    """Equal for equal texts and for translations, which differ in their first letter only."""
    meanings = sorted({e.text[1:] for e in examples})
    return np.array([np.eye(8)[meanings.index(e.text[1:])] + 0.5 for e in examples], np.float32)


def test_duplicate_sentences_of_bucc_are_never_extracted_but_stay_in_the_gold() -> None:
    dev = [
        *sentences(["d0", "d1", "d2", "d3"], "de", "source", "dev"),
        *sentences(["e0", "e1", "e2", "e3"], "en", "target", "dev"),
    ]
    # the last source repeats the first: neither has an id that its text tells, 3 of 5 are found
    test = [
        *sentences(["d0", "d1", "d2", "d3", "d0"], "de", "source", "test"),
        *sentences(["e0", "e1", "e2", "e3"], "en", "target", "test"),
    ]
    examples = [*dev, *test]
    found = values(
        "bucc2018", "de", examples, predict(TASKS["bucc2018"], examples, embeddings(examples))
    )
    assert found == pytest.approx({"f1": 75, "precision": 100, "recall": 60})


def test_of_duplicate_sentences_of_tatoeba_the_first_is_found() -> None:
    examples = [
        *sentences(["d0", "d1", "d0"], "de", "source", "test"),
        *sentences(["e0", "e1", "e0"], "en", "target", "test"),
    ]
    found = values(
        "tatoeba", "de", examples, predict(TASKS["tatoeba"], examples, embeddings(examples))
    )
    assert found == pytest.approx({"accuracy": 200 / 3, "accuracy_to_english": 200 / 3})
