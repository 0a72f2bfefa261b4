"""Makes the embedded tokenizer from the sample: `python -m xlbench.checkpoints.embedded.make`.

A Unigram model (Kudo 2018, arXiv 1804.10959) over all text of ``xlbench/sample/``, with the
special tokens in XLM-R's order (``<s> <pad> </s> <unk>`` first, ``<mask>`` last), NFKC and
Metaspace. The same text gives the same bytes: files are read in sorted order, sentences are
sorted, the trainer runs on one thread, and scores are rounded.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "sample"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
VOCABULARY = 8000


def main() -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json``, and the size into ``config.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=Path, default=SAMPLE, help="folder of the texts")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    parser.add_argument("--vocabulary", type=int, default=VOCABULARY, help="pieces at most")
    options = parser.parse_args()
    # Read by the trainer when its thread pool starts.
    os.environ["RAYON_NUM_THREADS"], os.environ["TOKENIZERS_PARALLELISM"] = "1", "false"
    tokenizer = train(sorted(set(sentences(options.sample))), options.vocabulary)
    _write(options.out / "tokenizer.json", tokenizer)
    _write(
        options.out / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": 512,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )
    config = json.loads((HERE / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = len(tokenizer["model"]["vocab"])
    _write(options.out / "config.json", config)


def sentences(folder: Path) -> Iterator[str]:
    """Yield every text of a sample folder: fields of lines, and strings of JSON files.

    Words of tagged sentences come joined with spaces, without their tags.
    """
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".json":
            yield from _strings(json.loads(text))
        elif file.parent.name in ("udpos", "panx"):
            for block in text.split("\n\n"):
                yield " ".join(line.split("\t")[0] for line in block.splitlines() if line)
        elif file.suffix != ".gold":
            for line in text.splitlines():
                yield from (field for field in line.split("\t") if " " in field or len(field) > 20)


def train(texts: list[str], vocabulary: int) -> dict[str, Any]:
    """Return the tokenizer trained on ``texts`` as the content of a ``tokenizer.json``."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from tokenizers.processors import TemplateProcessing

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(pattern=" {2,}", content=" ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        texts,
        trainers.UnigramTrainer(
            vocab_size=vocabulary,
            special_tokens=list(SPECIAL),
            unk_token="<unk>",
            show_progress=False,
        ),
    )
    special = [(token, index) for index, token in ((0, "<s>"), (2, "</s>"))]
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B:0 </s>:0", special_tokens=special
    )
    value: dict[str, Any] = json.loads(tokenizer.to_str())
    learned = _settled([(p, s) for p, s in value["model"]["vocab"] if p not in SPECIAL])
    pieces = [(token, 0.0) for token in SPECIAL[:-1]] + learned + [(SPECIAL[-1], 0.0)]
    value["model"]["vocab"] = pieces
    value["model"]["unk_id"] = SPECIAL.index("<unk>")
    ids = {piece: index for index, (piece, _) in enumerate(pieces)}
    for added in value["added_tokens"]:
        added["id"] = ids[added["content"]]
        added["lstrip"] = added["content"] == "<mask>"
    value["added_tokens"].sort(key=lambda added: int(added["id"]))
    return value


def _settled(pieces: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the pieces with scores and order that do not depend on a run's hash seeds.

    The trainer gives characters that it must keep, in the order of a hash table, scores
    just above the lowest: they all get the lowest.
    """
    lowest = min(score for _, score in pieces)
    near = lowest + 1e-4 * len(pieces)
    same = [(p, lowest if len(p) == 1 and s <= near else s) for p, s in pieces]
    return sorted(((p, round(s, 4)) for p, s in same), key=lambda piece: (-piece[1], piece[0]))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key in ("context", "question", "title"):
            if isinstance(value.get(key), str):
                yield value[key]
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def _write(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
