"""What counts as the same answer: case, punctuation, articles and white space put aside.

Two rules. SQuAD's knows ASCII punctuation and English articles only; XTREME applies it to
XQuAD and TyDiQA-GoldP in every language. MLQA's knows all punctuation of Unicode and the
articles of six languages, and splits Chinese into characters.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from functools import cache

from xlbench.errors import UserError

Normaliser = Callable[[str], str]

_ASCII_PUNCTUATION = frozenset(string.punctuation)
_NO_ASCII_PUNCTUATION = str.maketrans("", "", string.punctuation)


def _words(*articles: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(articles)})\b")


_ENGLISH = _words("a", "an", "the")

# The Arabic article is written as one word with its noun: the official pattern takes the two
# letters out wherever they stand, inside of words too. Hindi and Chinese have no articles.
_MLQA_ARTICLES: dict[str, re.Pattern[str] | None] = {
    "ar": re.compile("ال"),
    "de": _words(
        "ein",
        "eine",
        "einen",
        "einem",
        "eines",
        "einer",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
    ),
    "en": _ENGLISH,
    "es": _words("un", "una", "unos", "unas", "el", "la", "los", "las"),
    "hi": None,
    "vi": _words("của", "là", "cái", "chiếc", "những"),
    "zh": None,
}

_HAN = re.compile("([\u4e00-\u9fa5])")


def squad(text: str) -> str:
    """Return ``text`` in the form in which XQuAD and TyDiQA-GoldP compare answers.

    Source: ``normalize_answer`` in allenai/bi-att-flow, squad/evaluate-v1.1.py, which
    XTREME's ``install_tools.sh`` fetches as ``evaluate_squad.py``.
    """
    bare = text.lower().translate(_NO_ASCII_PUNCTUATION)
    return " ".join(_ENGLISH.sub(" ", bare).split())


def mlqa(language: str) -> Normaliser:
    """Return the function that brings answers of ``language`` in the form MLQA compares.

    Source: ``normalize_answer`` in facebookresearch/MLQA, mlqa_evaluation_v1.py.

    Raises:
        UserError: the language is none of MLQA's seven.
    """
    if language not in _MLQA_ARTICLES:
        known = " ".join(_MLQA_ARTICLES)
        raise UserError(f"MLQA has no language {language!r}. Choose from: {known}.")
    articles, chinese = _MLQA_ARTICLES[language], language == "zh"

    def normalise(text: str) -> str:
        bare = "".join(char for char in text.lower() if not _is_punctuation(char))
        if articles is not None:
            bare = articles.sub(" ", bare)
        if chinese:
            bare = _HAN.sub(r" \1 ", bare)
        return " ".join(bare.split())

    return normalise


@cache
def _is_punctuation(char: str) -> bool:
    return char in _ASCII_PUNCTUATION or unicodedata.category(char).startswith("P")
