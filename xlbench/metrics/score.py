"""From examples and predictions to the metrics of a cell.

The first metric is the one XTREME reports for the task; the others stand beside it. Values
are those of google-research/xtreme, ``evaluate.py``, on the same predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from xlbench.errors import UserError
from xlbench.examples import (
    Example,
    PairExample,
    QuestionExample,
    SentenceExample,
    TaggingExample,
)
from xlbench.metrics import normalise
from xlbench.metrics.accuracy import accuracy
from xlbench.metrics.bucc import Mined, best_threshold, bucc_measures
from xlbench.metrics.measure import Measure
from xlbench.metrics.question import question_measures
from xlbench.metrics.retrieved import prediction_id
from xlbench.metrics.tagging import chunk_measures, token_accuracy
from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import Task

Measures = tuple[Measure, ...]
Lookup = Callable[[str], Prediction]


def score(
    task: Task,
    language: str,
    examples: Sequence[Example],
    predictions: Mapping[str, Prediction],
) -> Measures:
    """Return the metrics of one cell, the task's main one first; ``()`` without gold.

    pair: ``accuracy``. UD-POS: ``f1 precision recall token_accuracy``; PAN-X: ``f1 precision
    recall``. question: ``f1 exact_match``. BUCC: ``f1 precision recall`` of the test split at
    the threshold that is best on the dev split; ``()`` if either split has no gold. Tatoeba:
    ``accuracy`` of English sentences whose nearest neighbour in the language is their
    translation, which is the direction of XTREME's ``similarity_search``, and
    ``accuracy_to_english``, the other one.

    Args:
        task: the task.
        language: of the cell; decides how MLQA compares answers.
        examples: the cell's examples with gold, all splits and both sides for retrieval.
        predictions: by ``Prediction.id``; those that no example asks for are ignored.

    Raises:
        UserError: an example has no prediction or one that cannot be compared, or a question
            has an empty list of answers.
    """

    def find(key: str) -> Prediction:
        if key not in predictions:
            raise UserError(
                f"{task.name} {language}: expected a prediction for each example, found none for "
                f"{key!r}. Run the cell again from the start."
            )
        return predictions[key]

    match task.kind:
        case "pair":
            return _pairs([e for e in examples if isinstance(e, PairExample)], find)
        case "tagging":
            sentences = [e for e in examples if isinstance(e, TaggingExample)]
            return _tagging(task, language, sentences, find)
        case "question":
            questions = [e for e in examples if isinstance(e, QuestionExample)]
            return _questions(task, language, questions, find)
        case "retrieval":
            both = [e for e in examples if isinstance(e, SentenceExample)]
            return _bucc(both, find) if task.name == "bucc2018" else _tatoeba(both, find)
        case _:
            raise ValueError(f"task {task.name}: no metric for the kind {task.kind!r}")


def _pairs(examples: Sequence[PairExample], find: Lookup) -> Measures:
    gold = [e.label for e in examples if e.label is not None]
    if not gold or len(gold) < len(examples):
        return ()
    ids = [e.id for e in examples]
    return (accuracy(ids, [(label,) for label in gold], [find(i).value for i in ids]),)


def _tagging(
    task: Task, language: str, examples: Sequence[TaggingExample], find: Lookup
) -> Measures:
    gold = [e.tags for e in examples if e.tags is not None]
    if not gold or len(gold) < len(examples):
        return ()
    ids = [e.id for e in examples]
    predicted = [find(i).value.split() for i in ids]
    for example_id, true, guess in zip(ids, gold, predicted, strict=True):
        if len(true) != len(guess):
            raise UserError(
                f"{task.name} {language}, example {example_id!r}: expected {len(true)} tags, one "
                f"a word, found {len(guess)}. Run the cell again from the start."
            )
    measures = chunk_measures(ids, gold, predicted)
    if task.name == "udpos":
        return (*measures, token_accuracy(ids, gold, predicted))
    return measures


def _questions(
    task: Task, language: str, examples: Sequence[QuestionExample], find: Lookup
) -> Measures:
    gold = [e.answers for e in examples if e.answers is not None]
    if not gold or len(gold) < len(examples):
        return ()
    ids = [e.id for e in examples]
    for example_id, answers in zip(ids, gold, strict=True):
        if not answers:
            raise UserError(
                f"{task.name} {language}, question {example_id!r}: expected at least one answer "
                "to compare with, found an empty list. Correct the data file."
            )
    how = normalise.mlqa(language) if task.name == "mlqa" else normalise.squad
    return question_measures(ids, gold, [find(i).value for i in ids], how)


def _bucc(examples: Sequence[SentenceExample], find: Lookup) -> Measures:
    splits: dict[str, list[Mined]] = {"dev": [], "test": []}
    for e in examples:
        if e.side != "source":
            continue
        if e.gold is None:
            return ()
        p = find(prediction_id(e))
        splits[e.split].append(Mined(p.id, p.value, p.score if p.value else None, e.gold))
    if not splits["dev"] or not splits["test"]:
        return ()
    return bucc_measures(splits["test"], best_threshold(splits["dev"]))


def _tatoeba(examples: Sequence[SentenceExample], find: Lookup) -> Measures:
    sources = [e for e in examples if e.side == "source"]
    known = [(e, e.gold) for e in sources if e.gold]
    if any(e.gold is None for e in sources):
        return ()
    translations: dict[str, set[str]] = {e.id: set() for e in examples if e.side == "target"}
    for source, gold in known:
        for target in translations.keys() & set(gold):
            translations[target].add(source.id)
    to_language = {target: accepted for target, accepted in translations.items() if accepted}
    to_english = {source.id: gold for source, gold in known}
    if not to_language:
        return ()
    return (
        accuracy(
            tuple(to_language), tuple(to_language.values()), [find(i).value for i in to_language]
        ),
        accuracy(
            tuple(to_english),
            tuple(to_english.values()),
            [find(i).value for i in to_english],
            name="accuracy_to_english",
        ),
    )
