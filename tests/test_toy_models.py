"""A small model trained on a toy rule must score what it knows, or labels or offsets are off.

Training prepares its inputs with the tokenizer directly, not with xlbench's own encoding, so
that a mistake there can't cancel out. The class order of each model differs from the task's.
"""

import json
import random
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from transformers import (
    AutoTokenizer,
    XLMRobertaConfig,
    XLMRobertaForQuestionAnswering,
    XLMRobertaForSequenceClassification,
    XLMRobertaForTokenClassification,
    XLMRobertaModel,
)

import xlbench
from xlbench.tasks.catalogue import UPOS_TAGS

EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"
FILLER = [
    "river",
    "garden",
    "water",
    "village",
    "paper",
    "house",
    "music",
    "winter",
    "road",
    "letter",
]
IGNORED = -100
WARM_UP_STEPS = 20


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(EMBEDDED)


@pytest.fixture(autouse=True)
def seeded_weights():
    torch.manual_seed(0)


def config(tokenizer, **more):
    return XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=514,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.1,
        **more,
    )


def train(model, batch, steps, rate):
    """Fit ``model`` to batches of keyword arguments that include the labels."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate)
    warm_up = torch.optim.lr_scheduler.LinearLR(optimiser, 0.05, total_iters=WARM_UP_STEPS)
    model.train()
    for _ in range(steps):
        loss = model(**batch()).loss
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        warm_up.step()
    assert loss.item() < 0.1, "the toy rule was not learnt"
    return model


def scored(model, tokenizer, folder, task, language="en"):
    """Save the model, run xlbench with it on ``folder``, return the offline cell."""
    checkpoint = folder / "checkpoint"
    model.save_pretrained(checkpoint)
    tokenizer.save_pretrained(checkpoint)
    out = folder / "out"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "xlbench",
            "run",
            "--ckpt",
            str(checkpoint),
            "--tasks",
            task,
            "--langs",
            language,
            "--data",
            str(folder / "data"),
            "--scenario",
            "offline",
            "--budget",
            "1s",
            "--out",
            str(out),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (row,) = pq.read_table(out / "cells.parquet").to_pylist()
    return row


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def phrase(rng, *extra):
    words = [*rng.sample(FILLER, rng.randint(2, 8)), *extra]
    rng.shuffle(words)
    return words


def test_a_pair_classifier_scores_what_it_knows_in_its_own_class_order(tokenizer, tmp_path):
    rng = random.Random(1)
    order = ["neutral", "entailment", "contradiction"]
    key = {"entailment": "lemon", "neutral": "train", "contradiction": "umbrella"}

    def example():
        label = rng.choice(order)
        return " ".join(phrase(rng)), " ".join(phrase(rng, key[label])), label

    def batch():
        rows = [example() for _ in range(32)]
        encoded = tokenizer(
            [r[0] for r in rows], [r[1] for r in rows], padding=True, return_tensors="pt"
        )
        return {**encoded, "labels": torch.tensor([order.index(r[2]) for r in rows])}

    model = train(
        XLMRobertaForSequenceClassification(config(tokenizer, id2label=dict(enumerate(order)))),
        batch,
        steps=200,
        rate=1e-3,
    )
    lines = ["\t".join(example()) for _ in range(200)]
    write(tmp_path / "data" / "xnli" / "test-en.tsv", "\n".join(lines) + "\n")
    row = scored(model, tokenizer, tmp_path, "xnli")
    assert row["metric_name"] == "accuracy"
    assert row["metric_value"] > 95
    assert row["metric_lo"] <= row["metric_value"] <= row["metric_hi"]


def test_a_tagger_scores_what_it_knows_on_words_of_several_pieces(tokenizer, tmp_path):
    """Pieces behind a word's first are taught a wrong tag: reading one of them costs a point."""
    rng = random.Random(2)
    tags = {"NOUN": FILLER[:4], "VERB": FILLER[4:7], "ADJ": FILLER[7:], "X": ["zzxqqw", "kyxkyx"]}
    order = list(reversed(UPOS_TAGS))
    wrong = order.index("INTJ")
    words = [word for chosen in tags.values() for word in chosen]
    pieces = dict(zip(words, tokenizer(words, add_special_tokens=False).input_ids, strict=True))
    assert len({ids[0] for ids in pieces.values()}) == len(pieces), "a first piece tells its word"
    assert sum(len(ids) > 1 for ids in pieces.values()) > len(pieces) / 2

    def example(longest):
        chosen = [rng.choice(list(tags)) for _ in range(rng.randint(3, longest))]
        return [(rng.choice(tags[tag]), tag) for tag in chosen]

    def batch():
        rows = []
        for _ in range(16):
            ids, labels = [], []
            for word, tag in example(60):
                ids += pieces[word]
                labels += [order.index(tag), *[wrong] * (len(pieces[word]) - 1)]
            rows.append((ids[:126], labels[:126]))
        padded = tokenizer.pad(
            {
                "input_ids": [
                    [tokenizer.cls_token_id, *ids, tokenizer.sep_token_id] for ids, _ in rows
                ]
            },
            return_tensors="pt",
        )
        labels = torch.full_like(padded["input_ids"], IGNORED)
        for row, (_, known) in zip(labels, rows, strict=True):
            row[1 : 1 + len(known)] = torch.tensor(known)
        return {**padded, "labels": labels}

    model = train(
        XLMRobertaForTokenClassification(config(tokenizer, id2label=dict(enumerate(order)))),
        batch,
        steps=100,
        rate=3e-3,
    )
    sentences = ["".join(f"{w}\t{t}\n" for w, t in example(9)) for _ in range(100)]
    long = "".join(f"{w}\t{t}\n" for _ in range(40) for w, t in example(9))
    write(tmp_path / "data" / "udpos" / "test-en.tsv", "\n".join([*sentences, long]) + "\n")
    row = scored(model, tokenizer, tmp_path, "udpos")
    assert row["metric_value"] > 95
    assert json.loads(row["metrics_json"])["token_accuracy"] > 95


def test_a_span_reader_finds_its_spans_also_behind_the_first_window(tokenizer, tmp_path):
    rng = random.Random(3)
    spans = ["lemon tree", "old bridge", "night train"]

    def example(words):
        left = [rng.choice(FILLER) for _ in range(rng.randint(0, words))]
        right = [rng.choice(FILLER) for _ in range(rng.randint(0, words))]
        answer = rng.choice(spans)
        context = " ".join([*left, answer, *right])
        return "what is here", context, answer, context.index(answer)

    def batch():
        rows = [example(12) for _ in range(32)]
        encoded = tokenizer(
            [r[0] for r in rows],
            [r[1] for r in rows],
            padding=True,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = encoded.pop("offset_mapping")
        starts, ends = [], []
        for i, (_, _, answer, begin) in enumerate(rows):
            inside = [
                p
                for p, (a, b) in enumerate(offsets[i].tolist())
                if encoded.sequence_ids(i)[p] == 1
                and a < b
                and b > begin
                and a < begin + len(answer)
            ]
            starts.append(inside[0])
            ends.append(inside[-1])
        return {
            **encoded,
            "start_positions": torch.tensor(starts),
            "end_positions": torch.tensor(ends),
        }

    model = train(XLMRobertaForQuestionAnswering(config(tokenizer)), batch, steps=200, rate=3e-3)
    rows = [example(15) for _ in range(60)] + [example(400) for _ in range(8)]
    paragraphs = [
        {
            "context": context,
            "qas": [
                {
                    "id": str(i),
                    "question": question,
                    "answers": [{"text": answer, "answer_start": begin}],
                }
            ],
        }
        for i, (question, context, answer, begin) in enumerate(rows)
    ]
    data = {"version": "1.1", "data": [{"title": "toy", "paragraphs": paragraphs}]}
    write(tmp_path / "data" / "xquad" / "xquad.en.json", json.dumps(data))
    row = scored(model, tokenizer, tmp_path, "xquad")
    assert row["metric_value"] > 95
    assert json.loads(row["metrics_json"])["exact_match"] > 90
    assert row["n_batches"] > 8, "the long contexts take several windows"


def test_retrieval_finds_sentences_of_the_same_words(tokenizer, tmp_path):
    rng = random.Random(4)
    english = [" ".join(phrase(rng, f"n{i}")) for i in range(60)]
    german = [" ".join(sorted(line.split())) for line in english]
    write(tmp_path / "data" / "tatoeba" / "tatoeba.deu-eng.eng", "\n".join(english) + "\n")
    write(tmp_path / "data" / "tatoeba" / "tatoeba.deu-eng.deu", "\n".join(german) + "\n")
    row = scored(XLMRobertaModel(config(tokenizer)), tokenizer, tmp_path, "tatoeba", "de")
    assert row["metric_value"] > 90


def test_a_head_for_another_task_is_refused_with_a_reason(tokenizer, tmp_path):
    model = XLMRobertaForSequenceClassification(
        config(tokenizer, id2label={0: "neutral", 1: "entailment", 2: "contradiction"})
    )
    model.save_pretrained(tmp_path / "nli")
    tokenizer.save_pretrained(tmp_path / "nli")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "xlbench",
            "run",
            "--ckpt",
            str(tmp_path / "nli"),
            "--tasks",
            "xquad",
            "--langs",
            "en",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )
    assert done.returncode == 2
    assert "xquad" in done.stderr and "Traceback" not in done.stderr
