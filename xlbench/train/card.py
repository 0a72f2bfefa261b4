"""What is written beside trained weights: a model card, and the same as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from xlbench.results.files import write_json, write_text
from xlbench.train.mlm import Text
from xlbench.train.recipe import Recipe
from xlbench.train.training_set import TrainingSet
from xlbench.version import __version__

FILE = "training.json"


@dataclass(frozen=True, slots=True)
class Card:
    """How weights came to be.

    Attributes:
        suite: the suite they belong to.
        part: ``encoder``, or the target task.
        tasks: target tasks that they are for.
        model: what was started from.
        seed: of heads, order and dropout.
        steps: optimizer steps of this phase.
        features: rows of batches learnt from, by training set.
        shares: probability of a batch of each set, where several are mixed.
        recipe: hyperparameters.
        sets: the training sets of all phases, earliest first.
        dev: metrics in percent on the development set, by training set.
        shared_rows: rows of the English evaluation that were trained on, by task; ``None``: there
            was no evaluation data to look at.
    """

    suite: str
    part: str
    tasks: tuple[str, ...]
    model: str
    seed: int
    steps: int
    features: Mapping[str, int]
    shares: Mapping[str, float]
    recipe: Recipe
    sets: tuple[Mapping[str, Any], ...]
    dev: Mapping[str, Mapping[str, float]]
    shared_rows: Mapping[str, int] | None

    def to_json(self) -> dict[str, Any]:
        """Return the card as JSON-ready values."""
        return {"xlbench": __version__, **asdict(self)}


def set_facts(name: str, phase: int, trained_on: TrainingSet | Text) -> dict[str, Any]:
    """Return what a card says of a training set."""
    if isinstance(trained_on, Text):
        facts: dict[str, Any] = {"examples": len(trained_on.lines), "dev": 0, "held_back": 0}
        facts |= {"title": "masked language modelling", "parts": []}
    else:
        facts = {
            "title": trained_on.task.title,
            "examples": len(trained_on.train),
            "dev": len(trained_on.dev),
            "held_back": trained_on.held_back,
            "parts": list(trained_on.parts),
        }
    return {
        "name": name,
        "phase": phase,
        **facts,
        "origin": trained_on.origin,
        "files": list(trained_on.files),
        "fingerprint": trained_on.fingerprint,
    }


def write_card(folder: Path, card: Card) -> None:
    """Write ``README.md`` and ``training.json``."""
    write_json(folder / FILE, card.to_json())
    write_text(folder / "README.md", as_markdown(card))


def as_markdown(card: Card) -> str:
    """Return the card as a Hugging Face model card."""
    head = {
        "base_model": card.model,
        "language": "en",
        "library_name": "transformers",
        "tags": ["xlbench", *card.tasks],
    }
    lines = [
        "---",
        yaml.safe_dump(head, sort_keys=False).rstrip(),
        "---",
        "",
        f"# {card.suite}, {card.part}",
        "",
        f"Trained with xlbench {__version__} from {card.model}, seed {card.seed}: {card.steps} "
        "steps in its last phase.",
        "",
        "| phase | training set | examples | held back | from | fingerprint |",
        "| ---: | --- | ---: | ---: | --- | --- |",
    ]
    for facts in card.sets:
        parts = f" ({', '.join(facts['parts'])})" if facts["parts"] else ""
        lines.append(
            f"| {facts['phase']} | {facts['title']}{parts} | {facts['examples']} | "
            f"{facts['held_back']} | {facts['origin']} | {facts['fingerprint'][:12]} |"
        )
    lines += ["", "Held back: rows that are in the development set, too.", ""]
    if len(card.shares) > 1:
        mixed = ", ".join(f"{name} {share:.3f}" for name, share in card.shares.items())
        lines += [f"Share of batches: {mixed}.", ""]
    recipe = ", ".join(f"{name} {value}" for name, value in asdict(card.recipe).items())
    lines += [f"Recipe: {recipe}.", ""]
    for name, scores in card.dev.items():
        told = ", ".join(f"{metric} {value:.2f}" for metric, value in scores.items())
        lines += [f"Development set of {name}: {told}.", ""]
    lines += [_contamination(card), ""]
    return "\n".join(lines)


def _contamination(card: Card) -> str:
    if card.shared_rows is None:
        return "Rows shared with evaluation: not looked for, no evaluation data was at hand."
    found = {task: count for task, count in card.shared_rows.items() if count}
    if not found:
        return "Rows shared with evaluation: none."
    told = ", ".join(f"{count} of {task}" for task, count in found.items())
    return f"Rows shared with evaluation (English test rows that were trained on): {told}."
