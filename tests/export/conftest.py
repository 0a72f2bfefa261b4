"""A tiny XTREME, all tasks and languages, with and without labels, and results measured on it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.data.open import open_source
from xlbench.examples import Example
from xlbench.held.places import InOrder
from xlbench.languages import LANGUAGES
from xlbench.predictions import Prediction
from xlbench.results.manifest import Manifest, UsedData, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.results.schema import VISITS
from xlbench.run import rows
from xlbench.settings import Settings
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample, prediction_id
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Task

Guesses = dict[tuple[str, str, str], tuple[str, float | None]]
"""(task, language, what identifies the example) to value and score."""

ENGLISH = ("The river rose.", "A bell rang twice.", "She sold the boat.", "No one came back.")


def write_xtreme(root: Path, labelled: bool = True) -> Path:
    """Write every cell: as the authors release it, or as XTREME's scripts leave it."""
    for task in TASKS.values():
        for language in task.languages:
            for name, text in _files(task, language, labelled).items():
                path = root / task.name / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return root


def _files(task: Task, language: str, labelled: bool) -> dict[str, str]:
    rng = random.Random(f"{task.name} {language}")
    match task.kind.name:
        case "pair":
            rows = [
                [f"{language} one {i}", f"two {i}", *([rng.choice(task.labels)] * labelled)]
                for i in range(5)
            ]
            return {f"test-{language}.tsv": "\n".join(map("\t".join, rows)) + "\n"}
        case "tagging":
            blocks = [
                "\n".join(
                    f"w{i}{j}" + (f"\t{rng.choice(task.labels)}" if labelled else "")
                    for j in range(3 + i)
                )
                for i in range(3)
            ]
            return {f"test-{language}.tsv": "\n\n".join(blocks) + "\n"}
        case "question":
            name = {
                "xquad": f"xquad.{language}.json",
                "mlqa": f"test-context-{language}-question-{language}.json",
                "tydiqa": f"tydiqa.{language}.dev.json",
            }[task.name]
            return {name: json.dumps(_squad(language, labelled))}
    if task.name == "tatoeba":
        order = list(range(len(ENGLISH)))
        rng.shuffle(order)
        english = [ENGLISH[i] for i in order]
        here = "\n".join(f"{language} {text}" for text in english) + "\n"
        if labelled:
            l3 = LANGUAGES[language].iso3
            return {
                f"tatoeba.{l3}-eng.{l3}": here,
                f"tatoeba.{l3}-eng.eng": "\n".join(english) + "\n",
            }
        return {
            f"{language}-en.{language}": here,
            f"{language}-en.en": "\n".join(sorted(english)) + "\n",
        }
    return {
        f"{language}-en.{split}.{end}": text
        for split in ("dev", "test")
        for end, text in _bucc(language, split).items()
        if labelled or (split, end) != ("test", "gold")
    }


def _squad(language: str, labelled: bool) -> dict[str, Any]:
    context = f'In {language} the bridge "opened" in May 1911.\nIt is 90 metres long.'
    asked = {"When did it open?": "May 1911", "How long is it?": "90 metres"}
    qas = [
        {
            "id": f"{language}-{n}",
            "question": question,
            "answers": [
                {"text": answer, "answer_start": context.index(answer)}
                if labelled
                else {"text": "", "answer_start": 0}
            ],
        }
        for n, (question, answer) in enumerate(asked.items())
    ]
    return {
        "version": "1.1",
        "data": [{"title": "t", "paragraphs": [{"context": context, "qas": qas}]}],
    }


def _bucc(language: str, split: str) -> dict[str, str]:
    def side(code: str) -> str:
        return "".join(f"{code}-{i:03d}\t{split} sentence {code} {i}\n" for i in range(8))

    gold = "".join(f"{language}-{i:03d}\ten-{7 - i:03d}\n" for i in range(5))
    return {language: side(language), "en": side("en"), "gold": gold}


def identity(example: Example) -> str:
    """What stands for an example in every layout: Tatoeba's English lines change places."""
    if isinstance(example, SentenceExample):
        return f"{example.split} {example.side} {example.text}"
    return example.id


def guesses(source: Any) -> Guesses:
    """Return predictions for all cells of a labelled source, right about two times in three."""
    found: Guesses = {}
    for task in TASKS.values():
        for language in task.languages:
            rng = random.Random(f"guess {task.name} {language}")
            examples = list(source.examples(task.name, language))
            for example in examples:
                value = _guess(task, example, examples, rng)
                if value is not None:
                    found[task.name, language, identity(example)] = value
    return found


def _guess(
    task: Task, example: Example, examples: Sequence[Example], rng: random.Random
) -> tuple[str, float | None] | None:
    right = rng.random() < 0.66
    match example:
        case PairExample(label=label):
            return (str(label) if right else rng.choice(task.labels)), 1.0
        case TaggingExample(tags=tags):
            return " ".join(t if rng.random() < 0.66 else "I-LOC" for t in tags or ()), None
        case QuestionExample(answers=answers):
            return (answers or ("",))[0] if right else "In\tthe\nbridge", 0.5
    others = [e for e in examples if e.side != example.side and e.split == example.split]
    if task.name == "tatoeba":
        # By place: both layouts have the same lines on the language's side.
        pairs = {g: e.id for e in examples for g in e.gold or ()}
        wanted = pairs.get(example.id) or (example.gold or ("",))[0]
        return (wanted if right else others[rng.randrange(len(others))].id), 0.9
    if example.side == "target":
        return None
    if rng.random() < 0.2:
        return "", None
    gold = (example.gold or ("",))[0]
    chosen = gold if right and gold else others[rng.randrange(len(others))].id
    return chosen, round(rng.random() + (chosen == gold), 3)


def predictions(
    task: Task, language: str, examples: Sequence[Example], known: Guesses
) -> list[Prediction]:
    made = []
    for example in examples:
        guess = known.get((task.name, language, identity(example)))
        if guess is not None:
            key = prediction_id(example) if isinstance(example, SentenceExample) else example.id
            made.append(Prediction(key, *guess))
    return made


Make = Callable[..., Path]


def write_result(
    folder: Path,
    data: Path,
    known: Guesses,
    arms: Sequence[str] = ("base",),
    leave_out: Sequence[tuple[str, str]] = (),
    **settings: Any,
) -> Path:
    """Write the result folder of a run on ``data`` whose predictions are ``known``."""
    source = open_source(str(data), TASKS)
    writer = PartWriter(folder)
    keys = [
        ArmCell(arm, task.name, language, "offline")
        for arm in arms
        for task in TASKS.values()
        for language in task.languages
        if (task.name, language) not in leave_out
    ]
    for number, key in enumerate(keys):
        task = TASKS[key.task]
        examples = list(source.examples(key.task, key.language))
        made = predictions(task, key.language, examples, known)
        by_id = {p.id: p for p in made}
        found = task.kind.score(task, key.language, examples, by_id)
        measures = found.measures
        main = measures[0] if measures else None
        places = InOrder(main.ids if main else ()), InOrder(found.submitted)
        writer.add(predictions=rows.prediction_rows(key, number, made, main, *places))
        counts = dict.fromkeys(("n_examples", "n_batches", "tokens", "padded_tokens"), len(made))
        visit = dict.fromkeys(name for name, *_ in VISITS) | counts
        visit |= {"visit": number, "process": 0, "status": "ok", "flags": [], **key._asdict()}
        writer.add(visits=[visit | rows.metric_fields(measures, None)])
    writer.flush()
    manifest = Manifest(
        run_id="r",
        xlbench="0.1.0",
        status="finished",
        machine="m",
        settings=Settings(arms=tuple(map(parse_arm, arms)), **settings),
        data=UsedData("folder", str(data), {task: source.layout(task) for task in TASKS}),
        cells=tuple(keys),
    )
    write_manifest(folder, manifest)
    summarised(folder, manifest, {})
    return folder


@pytest.fixture(scope="session")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data with labels, as the authors of each task release it."""
    return write_xtreme(tmp_path_factory.mktemp("labelled"))


@pytest.fixture(scope="session")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same data as XTREME's scripts leave it: no labels, Tatoeba's English sorted."""
    return write_xtreme(tmp_path_factory.mktemp("official"), labelled=False)


@pytest.fixture
def xtreme() -> Callable[..., Path]:
    """Return a function that writes the data below a folder, for tests that change it."""
    return write_xtreme


@pytest.fixture(scope="session")
def known(labelled: Path) -> Guesses:
    return guesses(open_source(str(labelled), TASKS))


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory, labelled: Path, known: Guesses) -> Path:
    """A complete result on the labelled data."""
    return write_result(tmp_path_factory.mktemp("result") / "run", labelled, known)


@pytest.fixture
def make(tmp_path: Path, known: Guesses) -> Make:
    """Return a function that writes another result: data, then what differs."""

    def made(data: Path, **different: Any) -> Path:
        return write_result(tmp_path / "run", data, known, **different)

    return made
