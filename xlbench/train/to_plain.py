"""Rows of intermediate tasks, as authors and the Hub have them, to rows of the plain form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Plain = Mapping[str, Any]
ToPlain = Callable[[Plain], Plain | None]
"""From a row of a file to one of the plain form; ``None``: the row has no label, leave it out."""

_HUB_NLI = ("entailment", "neutral", "contradiction")
_NLI_LETTERS = {"e": "entailment", "n": "neutral", "c": "contradiction"}


def nli(premise: str, hypothesis: str, label: str) -> ToPlain:
    """Rows of three columns; a label that is none (``-``: annotators disagree) has no example."""

    def plain(row: Plain) -> Plain | None:
        found = _NLI_LETTERS.get(str(row.get(label)), row.get(label))
        if isinstance(found, int):
            found = _HUB_NLI[found] if 0 <= found < len(_HUB_NLI) else "-"
        if found == "-":
            return None
        return {
            "premise": row.get(premise),
            "hypothesis": row.get(hypothesis),
            "label": found,
        }

    return plain


def qqp(row: Plain) -> Plain | None:
    label = row.get("is_duplicate", row.get("label"))
    if label == -1:
        return None
    return {
        "premise": row.get("question1"),
        "hypothesis": row.get("question2"),
        "label": str(label),
    }


def squad(row: Plain) -> Plain | None:
    answers = row.get("answers")
    if isinstance(answers, Mapping):
        texts, starts = answers["text"], answers["answer_start"]
        answers = [
            {"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)
        ]
    return {"context": row.get("context"), "question": row.get("question"), "answers": answers}


def hellaswag(row: Plain) -> Plain | None:
    label = str(row.get("label", ""))
    if not label:
        return None
    return {
        "question": row.get("ctx"),
        "choices": row.get("endings"),
        "label": int(label) if label.isdigit() else label,
    }


def cosmos(row: Plain) -> Plain | None:
    label = str(row.get("label", ""))
    return {
        "context": row.get("context"),
        "question": row.get("question"),
        "choices": [row.get(f"answer{i}") for i in range(4)],
        "label": int(label) if label.isdigit() else label,
    }


def commonsense(row: Plain) -> Plain | None:
    question, key = row.get("question"), row.get("answerKey")
    choices = question.get("choices") if isinstance(question, Mapping) else row.get("choices")
    if isinstance(choices, list):
        choices = {name: [choice[name] for choice in choices] for name in ("label", "text")}
    if not key or not isinstance(choices, Mapping):
        return None
    return {
        "question": question.get("stem") if isinstance(question, Mapping) else question,
        "choices": list(choices["text"]),
        "label": list(choices["label"]).index(key) if key in choices["label"] else key,
    }


def as_it_is(row: Plain) -> Plain | None:
    return row
