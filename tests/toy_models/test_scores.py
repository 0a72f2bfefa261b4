"""A model that knows the answers must score what it knows, or labels or offsets are off.

Its weights are made from token ids that the tokenizer gives directly, not through xlbench's
own encoding, so that a mistake there can't cancel out. The class order of each model differs
from the task's.
"""

import json
import random

import pyarrow.parquet as pq
import pytest
import torch
from program import call
from small_tokenizer import SMALL_TOKENIZER
from transformers import (
    AutoTokenizer,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaModel,
)

from xlbench.tasks.catalogue import TASKS

from .weights import last_key_classifier, span_reader, tagger

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

pytestmark = pytest.mark.usefixtures("forked_workers")


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(SMALL_TOKENIZER)


def pieces_of(tokenizer, words):
    return dict(zip(words, tokenizer(words, add_special_tokens=False).input_ids, strict=True))


def own_pieces(tokenizer, word, others):
    """Return the pieces of a word that no other word has."""
    pieces = pieces_of(tokenizer, [word, *others])
    taken = {piece for other in others for piece in pieces[other]}
    own = [piece for piece in pieces[word] if piece not in taken]
    assert own, f"{word} has no piece of its own"
    return own


def random_encoder(tokenizer, kind=XLMRobertaModel, **more):
    """Return a model with random weights; a large spread keeps tokens apart."""
    torch.manual_seed(0)
    return kind(
        XLMRobertaConfig(
            vocab_size=len(tokenizer),
            hidden_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=128,
            max_position_embeddings=514,
            type_vocab_size=1,
            initializer_range=0.1,
            **more,
        )
    )


def scored(model, tokenizer, folder, task, language="en"):
    """Save the model, run xlbench with it on ``folder``, return the offline cell."""
    checkpoint = folder / "checkpoint"
    model.save_pretrained(checkpoint)
    tokenizer.save_pretrained(checkpoint)
    out = folder / "out"
    words = ["--ckpt", checkpoint, "--tasks", task, "--langs", language, "--data", folder / "data"]
    words += ["--scenario", "offline", "--budget", "1s", "--out", out]
    done = call("run", *words)
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
    """The first sentence has a key of a wrong label: swapping the two costs every point."""
    rng = random.Random(1)
    order = ["neutral", "entailment", "contradiction"]
    key = {"entailment": "lemon", "neutral": "train", "contradiction": "umbrella"}
    lines = []
    for _ in range(200):
        wrong, label = rng.sample(order, 2)
        lines.append("\t".join([*(" ".join(phrase(rng, key[k])) for k in (wrong, label)), label]))
    write(tmp_path / "data" / "xnli" / "test-en.tsv", "\n".join(lines) + "\n")
    words = {*FILLER, *key.values()}
    ids = {label: own_pieces(tokenizer, word, words - {word}) for label, word in key.items()}
    model = last_key_classifier(len(tokenizer), order, ids)
    row = scored(model, tokenizer, tmp_path, "xnli")
    assert row["metric_name"] == "accuracy"
    assert (row["metric_lo"], row["metric_value"], row["metric_hi"]) == (100, 100, 100)


def test_a_tagger_scores_what_it_knows_on_words_of_several_pieces(tokenizer, tmp_path):
    """Pieces behind a word's first have a wrong tag: reading one of them costs a point."""
    rng = random.Random(2)
    tags = {"NOUN": FILLER[:4], "VERB": FILLER[4:7], "ADJ": FILLER[7:], "X": ["zzxqqw", "kyxkyx"]}
    pieces = pieces_of(tokenizer, [word for chosen in tags.values() for word in chosen])
    firsts, later = {p[0] for p in pieces.values()}, {i for p in pieces.values() for i in p[1:]}
    assert len(firsts) == len(pieces) and not firsts & later, "a first piece tells its word"
    assert sum(len(ids) > 1 for ids in pieces.values()) > len(pieces) / 2

    def example(longest):
        chosen = [rng.choice(list(tags)) for _ in range(rng.randint(3, longest))]
        return [(rng.choice(tags[tag]), tag) for tag in chosen]

    sentences = ["".join(f"{w}\t{t}\n" for w, t in example(9)) for _ in range(100)]
    long = "".join(f"{w}\t{t}\n" for _ in range(40) for w, t in example(9))
    write(tmp_path / "data" / "udpos" / "test-en.tsv", "\n".join([*sentences, long]) + "\n")
    ids = {tag: [pieces[word][0] for word in chosen] for tag, chosen in tags.items()}
    order = list(reversed(TASKS["udpos"].labels))
    model = tagger(len(tokenizer), order, dict.fromkeys(order, ()) | ids | {"INTJ": later})
    row = scored(model, tokenizer, tmp_path, "udpos")
    assert row["metric_value"] == 100
    assert json.loads(row["metrics_json"])["token_accuracy"] == 100


def test_a_span_reader_finds_its_spans_also_behind_the_first_window(tokenizer, tmp_path):
    rng = random.Random(3)
    spans = ["lemon tree", "old bridge", "night train"]

    def example(words):
        left = [rng.choice(FILLER) for _ in range(rng.randint(0, words))]
        right = [rng.choice(FILLER) for _ in range(rng.randint(0, words))]
        answer = rng.choice(spans)
        context = " ".join([*left, answer, *right])
        return "what is here", context, answer, context.index(answer)

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
    pieces = pieces_of(tokenizer, [*FILLER, *" ".join(spans).split()])
    starts = {pieces[span.split()[0]][0] for span in spans}
    ends = {pieces[span.split()[1]][-1] for span in spans}
    everything = [i for ids in pieces.values() for i in ids]
    assert all(everything.count(i) == 1 for i in starts | ends), "a piece tells where it stands"
    row = scored(span_reader(len(tokenizer), starts, ends), tokenizer, tmp_path, "xquad")
    assert row["metric_value"] == 100
    assert json.loads(row["metrics_json"])["exact_match"] == 100
    assert row["n_batches"] > 8, "the long contexts take several windows"


def test_retrieval_finds_sentences_of_the_same_words(tokenizer, tmp_path):
    rng = random.Random(4)
    english = [" ".join(phrase(rng, f"n{i}")) for i in range(60)]
    german = [" ".join(sorted(line.split())) for line in english]
    write(tmp_path / "data" / "tatoeba" / "tatoeba.deu-eng.eng", "\n".join(english) + "\n")
    write(tmp_path / "data" / "tatoeba" / "tatoeba.deu-eng.deu", "\n".join(german) + "\n")
    row = scored(random_encoder(tokenizer), tokenizer, tmp_path, "tatoeba", "de")
    assert row["metric_value"] > 90


def test_a_head_for_another_task_is_refused_with_a_reason(tokenizer, tmp_path):
    labels = {0: "neutral", 1: "entailment", 2: "contradiction"}
    model = random_encoder(tokenizer, XLMRobertaForSequenceClassification, id2label=labels)
    model.save_pretrained(tmp_path / "nli")
    tokenizer.save_pretrained(tmp_path / "nli")
    words = ["--ckpt", tmp_path / "nli", "--tasks", "xquad", "--langs", "en"]
    done = call("run", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "xquad" in done.stderr and "Traceback" not in done.stderr
