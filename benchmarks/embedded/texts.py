"""Multilingual text to distil on, by language, out of folders of data: no label is read.

Left out: the embedded sample, which is a test set, and Tatoeba and the BUCC files made of it, so
that retrieval can be tested on them. Languages with little text get lines of frequent words out
of wordfreq (a list of words is not a sentence, but its embedding is that of a bag of words).
"""

from __future__ import annotations

import bz2
import csv
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

XTREME = [
    "af",
    "ar",
    "bg",
    "bn",
    "de",
    "el",
    "en",
    "es",
    "et",
    "eu",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "hu",
    "id",
    "it",
    "ja",
    "jv",
    "ka",
    "kk",
    "ko",
    "ml",
    "mr",
    "ms",
    "my",
    "nl",
    "pt",
    "ru",
    "sw",
    "ta",
    "te",
    "th",
    "tl",
    "tr",
    "ur",
    "vi",
    "yo",
    "zh",
]
UNSPACED = ("zh", "ja", "th", "my")
WORD_LINES = 2500
_END = re.compile(r"(?<=[.!?।؟])\s+|(?<=[。！？])")


def texts(data: Path, layout: Path, train: Path, seed: int = 0) -> dict[str, list[str]]:
    """Return sentences and paragraphs by language, without repetitions, in an order of the seed."""
    found: dict[str, set[str]] = defaultdict(set)
    for language, text in _all(data, layout, train, random.Random(seed)):
        text = " ".join(text.split())
        if len(text) > 3:
            found[language].add(text)
    shuffled = {}
    for language in sorted(found):
        lines = sorted(found[language])
        random.Random(f"{seed} {language}").shuffle(lines)
        shuffled[language] = lines
    return shuffled


def _all(data: Path, layout: Path, train: Path, rng: random.Random) -> Iterator[tuple[str, str]]:
    for folder in (data, layout, train):
        for task in ("xnli", "pawsx"):
            for file in sorted((folder / task).glob("*.tsv")):
                for row in _rows(file):
                    yield from ((_language(file), text) for text in row[:2])
        for task in ("udpos", "panx"):
            for file in sorted((folder / task).glob("*.tsv")):
                for words in _tagged(file):
                    yield _language(file), " ".join(words)
                    if _language(file) in UNSPACED:
                        yield _language(file), "".join(words)
        for file in sorted(folder.rglob("*.json")):
            if {"xquad", "mlqa", "tydiqa"} & set(file.parts):
                yield from ((_language(file), text) for text in _squad(file))
    for file in sorted((layout / "bucc2018").glob("*.dev.*")):
        if file.suffix != ".gold":
            for row in _rows(file):
                yield file.suffix[1:], row[1]
    yield from (("en", text) for text in _intermediate(train / "intermediate"))
    yield from _word_lines(rng)


def _language(file: Path) -> str:
    parts = re.split(r"[-.]", file.name)
    return next(part for part in parts if part in XTREME)


def _rows(file: Path) -> Iterator[list[str]]:
    for line in file.read_text(encoding="utf-8").split("\n"):
        row = next(csv.reader([line], delimiter="\t"), []) if '"' in line else line.split("\t")
        if len(row) > 1:
            yield row


def _tagged(file: Path) -> Iterator[list[str]]:
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        words = [line.split("\t")[0] for line in block.split("\n") if line]
        if words:
            yield words


def _squad(file: Path) -> Iterator[str]:
    for article in json.loads(file.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            yield from _END.split(paragraph["context"])
            yield from (question["question"] for question in paragraph["qas"])


def _intermediate(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("snli*.tsv")):
        yield from (text for row in _rows(file) for text in row[:2])
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield from _strings(row, ("sentence1", "sentence2", "context", "hypothesis"))
    for file in sorted(folder.glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8")):
            yield from row["input"].split("\n")
    with bz2.open(folder / "hellaswag_val.txt.bz2", "rt", encoding="utf-8") as stream:
        yield from (line for line in stream if not line.strip().isdigit())
    with (folder / "cosmosqa_valid.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield from _strings(row, ("context", "question", "answer0", "answer1", "answer2"))


def _strings(row: dict[str, Any], keys: Iterable[str]) -> Iterator[str]:
    return (row[key] for key in keys if row.get(key))


def _word_lines(rng: random.Random) -> Iterator[tuple[str, str]]:
    import wordfreq

    for language in XTREME:
        listed = "fil" if language == "tl" else language
        if language == "en" or listed not in wordfreq.available_languages():
            continue
        frequency = wordfreq.get_frequency_dict(listed)
        words = sorted(frequency, key=lambda word: (-frequency[word], word))[:12_000]
        weights = [frequency[word] ** 0.5 for word in words]
        between = "" if language in UNSPACED else " "
        for _ in range(WORD_LINES):
            yield language, between.join(rng.choices(words, weights, k=rng.randint(1, 9)))
