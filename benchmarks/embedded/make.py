"""Makes the embedded checkpoints anew: distil, train the suites, choose, pack.

    python benchmarks/embedded/make.py --data DATA --layout LAYOUT --train TRAIN --tokenizer XLMR \
        --teacher E5 --out OUT --package xlbench/checkpoints/embedded --device cuda

The folders are described in the README beside this file. Each step is left out where its result is
in OUT already, so a killed call is made again. The student takes about an hour of one processor.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import distil
import teacher as teachers
import torch
import vocabulary
from pack import pack
from prepare import link, write
from texts import texts

PIECES = 24_000
ENGLISH, OTHER = 45_000, 16_000
FITTED_ON = 3000
MOST_TOKENS = 384
EPOCHS, RATE = 5, 2e-3
CANDIDATES = ("squad", "anli++squad")
"""Intermediate tasks of which the better becomes ``stilts``."""
TARGETS = "xnli,pawsx,udpos,panx,xquad,mlqa,tydiqa,tatoeba"
RECIPE = ("--freeze-embeddings", "--lr", "1e-3", "--epochs", "4", "--batch-size", "64")
RECIPE += ("--limit", "8000", "--save-every", "100000")
TOKENIZER_CONFIG = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": 512,
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "mask_token": "<mask>",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("data", "layout", "train", "tokenizer", "teacher", "out", "package"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--device", default="auto", help="of the heads' training")
    parser.add_argument("--dtype", default="bf16", help="of the heads' training")
    parser.add_argument("--jobs", type=int, default=4, help="suites that are trained at a time")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    student = asked.out / "student"
    make_student(asked, student)
    prepared = asked.out / "prepared"
    link(asked.data, asked.train, prepared / "data")
    write(asked.train, prepared / "intermediate")
    heads = asked.out / "heads"
    options = ("--intermediate", ",".join(("none", *CANDIDATES)), "--targets", TARGETS, *RECIPE)
    options += ("--device", asked.device, "--dtype", asked.dtype, "--jobs", str(asked.jobs))
    train(prepared, student, heads, *options)
    best = max((heads / f"stilts-{name}" for name in CANDIDATES), key=mean_score)
    print(f"stilts is {best.name}")
    suites = {
        "base": {"encoder": student, **parts(heads / "base")},
        "stilts": parts(best),
    }
    print(f"packed: {pack(student, suites, asked.package)} bytes")


def parts(suite: Path) -> dict[str, Path]:
    """Return the folders of a suite by what they are: the encoder, and the heads."""
    return {card.parent.name: card.parent for card in sorted(suite.glob("*/training.json"))}


def mean_score(suite: Path) -> float:
    """Return the mean over target tasks of the scores on their English development sets."""
    scores = [
        next(iter(scores.values()))
        for name, folder in parts(suite).items()
        if name != "encoder"
        for scores in json.loads((folder / "training.json").read_text())["dev"].values()
    ]
    return sum(scores) / len(scores)


def make_student(asked: argparse.Namespace, out: Path) -> None:
    """Choose the vocabulary, ask the teacher, distil."""
    if (out / "model.safetensors").exists():
        return
    out.mkdir(parents=True, exist_ok=True)
    by_language = texts(asked.data, asked.layout, asked.train)
    tokenizer: dict[str, Any] = vocabulary.choose(asked.tokenizer, by_language, PIECES)
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
    (out / "tokenizer_config.json").write_text(json.dumps(TOKENIZER_CONFIG, indent=1) + "\n")
    lines = [
        (language, text)
        for language, found in sorted(by_language.items())
        for text in found[: ENGLISH if language == "en" else OTHER]
    ]
    random.Random(0).shuffle(lines)
    text = [line for _, line in lines]
    teacher = teachers.Teacher(asked.teacher, out / "tokenizer.json", MOST_TOKENS)
    projection = teachers.fit(teacher, text[:FITTED_ON], int(distil.CONFIG["hidden_size"]))
    targets = asked.out / "targets"
    teachers.write(teacher, projection, text, targets)
    model = distil.make_student(
        teacher.model.float(), vocabulary.origin(asked.tokenizer, tokenizer)
    )
    distil.distil(model, targets, EPOCHS, RATE, len(tokenizer["model"]["vocab"]) - 1)
    # While it imitated, nothing was dropped; heads are trained with XLM-R's share.
    model.config.hidden_dropout_prob = model.config.attention_probs_dropout_prob = 0.1
    model.save_pretrained(out)


def train(prepared: Path, model: Path, out: Path, *options: str) -> None:
    """Call `xlbench train`, or have it go on."""
    data = ["--data", str(prepared / "data")]
    data += ["--intermediate-data", str(prepared / "intermediate")]
    again = (out / "train.json").exists()
    arguments = ["--resume"] if again else [str(model), *data, *options]
    command = [sys.executable, "-m", "xlbench", "train", *arguments, "--out", str(out)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
