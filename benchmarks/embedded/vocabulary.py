"""A vocabulary of some thousand pieces out of XLM-R's, chosen on the text to distil on.

Each language has the same say: a piece counts by the share that it has of its language's pieces,
to the power of 0.7, summed over languages. The pieces keep XLM-R's scores, so the result is a
Unigram tokenizer like XLM-R's that has fewer whole words. Single characters of living scripts
stay, so that little is unknown.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
POWER = 0.7
LINES = 6000
HAN = 3500
SCRIPTS = [
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARABIC",
    "HEBREW",
    "DEVANAGARI",
    "BENGALI",
    "TAMIL",
    "TELUGU",
    "MALAYALAM",
    "GEORGIAN",
    "THAI",
    "MYANMAR",
    "HIRAGANA",
    "KATAKANA",
    "HANGUL",
    "COMBINING",
    "DIGIT",
]


def choose(xlmr: Path, by_language: dict[str, list[str]], size: int) -> dict[str, Any]:
    """Return the content of a ``tokenizer.json`` with ``size`` pieces, special ones included."""
    from tokenizers import Tokenizer

    content: dict[str, Any] = json.loads((xlmr / "tokenizer.json").read_text(encoding="utf-8"))
    whole = Tokenizer.from_file(str(xlmr / "tokenizer.json"))
    say: Counter[str] = Counter()
    for lines in by_language.values():
        counts: Counter[str] = Counter()
        for encoding in whole.encode_batch(lines[:LINES], add_special_tokens=False):
            counts.update(encoding.tokens)
        total = sum(counts.values())
        for piece, count in counts.items():
            say[piece] += (count / total) ** POWER
    scores = dict(content["model"]["vocab"])
    kept = {piece for piece in scores if _stays(piece)} - set(SPECIAL)
    kept |= set(sorted(filter(_is_han, scores), key=lambda piece: -scores[piece])[:HAN])
    for piece, _ in sorted(say.items(), key=lambda item: (-item[1], item[0])):
        if len(kept) >= size - len(SPECIAL):
            break
        if piece in scores and piece not in SPECIAL:
            kept.add(piece)
    pieces = [[piece, score] for piece, score in content["model"]["vocab"] if piece in kept]
    special = [[token, 0.0] for token in SPECIAL]
    content["model"]["vocab"] = [*special[:-1], *pieces, special[-1]]
    for added in content["added_tokens"]:
        if added["content"] == "<mask>":
            added["id"] = len(pieces) + len(SPECIAL) - 1
    return content


def origin(xlmr: Path, tokenizer: dict[str, Any]) -> list[int]:
    """Return for each piece of the small vocabulary its index in XLM-R's."""
    content = json.loads((xlmr / "tokenizer.json").read_text(encoding="utf-8"))
    index = {piece: i for i, (piece, _) in enumerate(content["model"]["vocab"])}
    return [index[piece] for piece, _ in tokenizer["model"]["vocab"]]


def _stays(piece: str) -> bool:
    if len(piece) != 1:
        return False
    if unicodedata.category(piece)[0] in "PS" and ord(piece) < 0x3100:
        return ord(piece) < 0x2200
    return unicodedata.name(piece, "?").split()[0].split("-")[0] in SCRIPTS


def _is_han(piece: str) -> bool:
    return len(piece) == 1 and unicodedata.name(piece, "?").startswith("CJK UNIFIED")
