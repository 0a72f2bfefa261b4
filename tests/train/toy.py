"""Data that follows rules, in the plain form, in XTREME's layout and in SQuAD's."""

import json
import random

FILLERS = [f"w{i}" for i in range(30)]
SIGNS = ["yes", "no", "maybe", "good", "bad"]
NAMES = [f"name{i}" for i in range(8)]


def pair(rng):
    """The hypothesis tells the label."""
    sign, label = rng.choice([("yes", "entailment"), ("no", "contradiction"), ("maybe", "neutral")])
    return {"premise": _text(rng, 4), "hypothesis": f"{_text(rng, 2)} {sign}", "label": label}


def question(rng):
    """The answer is the one name."""
    answer = rng.choice(NAMES)
    before, after = _text(rng, rng.randint(1, 5)), _text(rng, 3)
    return {
        "context": f"{before} {answer} {after}",
        "question": _text(rng, 2),
        "answers": [{"text": answer, "answer_start": len(before) + 1}],
    }


def nullable(rng):
    """As ``question``; in half of them there is no name."""
    if rng.random() < 0.5:
        return question(rng)
    return {"context": _text(rng, 7), "question": _text(rng, 2), "answers": []}


def choice(rng):
    """The right one is good."""
    label = rng.randrange(3)
    choices = [f"{_text(rng, 1)} {'good' if i == label else 'bad'}" for i in range(3)]
    return {"question": _text(rng, 4), "choices": choices, "label": label}


def tagging(rng):
    """Names are nouns, everything else is a verb."""
    words = [rng.choice([rng.choice(NAMES), rng.choice(FILLERS)]) for _ in range(6)]
    return {"words": words, "tags": ["NOUN" if w in NAMES else "VERB" for w in words]}


def _text(rng, n):
    return " ".join(rng.choice(FILLERS) for _ in range(n))


def rows(rule, n, seed=0):
    """Return ``n`` rows of the plain form."""
    rng = random.Random(seed)
    return [rule(rng) for _ in range(n)]


def write_plain(folder, name, rule, train=300, dev=60):
    """Write a task in the plain form."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for split, n, seed in (("train", train, 1), ("dev", dev, 2)):
        lines = "".join(json.dumps(row) + "\n" for row in rows(rule, n, seed))
        (folder / name / f"{split}.jsonl").write_text(lines)
    return folder


def write_xtreme(folder):
    """Write English training, development and test files of three tasks in XTREME's layout."""
    for split, n, seed in (("train", 300, 1), ("dev", 60, 2), ("test", 40, 3)):
        (folder / "xnli").mkdir(parents=True, exist_ok=True)
        pairs = [f"{r['premise']}\t{r['hypothesis']}\t{r['label']}\n" for r in rows(pair, n, seed)]
        (folder / "xnli" / f"{split}-en.tsv").write_text("".join(pairs))
        (folder / "udpos").mkdir(exist_ok=True)
        blocks = [
            "".join(f"{w}\t{t}\n" for w, t in zip(r["words"], r["tags"], strict=True))
            for r in rows(tagging, n, seed)
        ]
        (folder / "udpos" / f"{split}-en.tsv").write_text("\n".join(blocks))
        (folder / "squad").mkdir(exist_ok=True)
        if split != "test":
            squad(folder / "squad" / f"{split}-v1.1.json", rows(question, n, seed))
    return folder


def squad(file, questions):
    """Write rows of the plain form as SQuAD has them, a paragraph each."""
    paragraphs = [
        {
            "context": row["context"],
            "qas": [{"id": f"q{i}", "question": row["question"], "answers": row["answers"]}],
        }
        for i, row in enumerate(questions)
    ]
    file.write_text(json.dumps({"data": [{"title": "t", "paragraphs": paragraphs}]}))
