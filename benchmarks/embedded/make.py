"""Makes the embedded checkpoints anew: distil, train two suites, pack.

    python benchmarks/embedded/make.py --data DATA --layout LAYOUT --train TRAIN \
        --tokenizer XLMR --teacher E5 --out OUT --package xlbench/checkpoints/embedded

The folders are described in the README beside this file. Each step is left out where its result is
in OUT already, so a killed call is made again. About 90 minutes of one processor.
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
INTERMEDIATE = "squad"
HEADS = (
    (("xnli", "pawsx"), ("--epochs", "10")),
    (("udpos", "panx"), ("--epochs", "4", "--limit", "12000")),
    (("xquad", "mlqa"), ("--epochs", "4", "--limit", "1200")),
    (("tydiqa",), ("--epochs", "3", "--limit", "1000")),
)
"""Target tasks that are trained alike, and how."""
COMMON = ("--freeze-embeddings", "--lr", "1e-3", "--save-every", "1000")
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
    asked = parser.parse_args()
    torch.set_num_threads(1)
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    student = asked.out / "student"
    make_student(asked, student)
    prepared = asked.out / "prepared"
    link(asked.data, asked.train, prepared / "data")
    write(asked.train, prepared / "intermediate")
    suites = {
        "base": {"encoder": student, **train_heads(prepared, student, asked.out / "base")},
        "stilts": train_stilts(prepared, student, asked.out),
    }
    print(f"packed: {pack(student, suites, asked.package)} bytes")


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


def train_heads(prepared: Path, encoder: Path, out: Path) -> dict[str, Path]:
    """Fine-tune on every target task; return the folder of each head."""
    folders = {}
    for tasks, options in HEADS:
        place = out / "-".join(tasks)
        train(prepared, encoder, place, "--targets", ",".join(tasks), *options)
        folders |= {folder.name: folder for folder in sorted((place / "base").iterdir())}
    return {name: folder for name, folder in folders.items() if not name.startswith(".")}


def train_stilts(prepared: Path, student: Path, out: Path) -> dict[str, Path]:
    """The intermediate task first, then every target task."""
    options = ("--intermediate", INTERMEDIATE, "--targets", "tatoeba", "--epochs", "4")
    train(prepared, student, out / "intermediate", *options)
    encoder = out / "intermediate" / f"stilts-{INTERMEDIATE}" / "encoder"
    return {"encoder": encoder, **train_heads(prepared, encoder, out / "stilts")}


def train(prepared: Path, model: Path, out: Path, *options: str) -> None:
    """Call `xlbench train`, or have it go on."""
    data = ["--data", str(prepared / "data")]
    data += ["--intermediate-data", str(prepared / "intermediate")]
    again = (out / "train.json").exists()
    arguments = ["--resume"] if again else [str(model), *data, *COMMON, *options]
    command = [sys.executable, "-m", "xlbench", "train", *arguments, "--out", str(out)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
