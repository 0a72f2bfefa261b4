"""One phase of one suite: read, train, score, write; or go on where it was left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbench.train import mlm
from xlbench.train.batches import Batches
from xlbench.train.card import FILE, Card, set_facts, write_card
from xlbench.train.curve import write_curve
from xlbench.train.dev_score import dev_scores
from xlbench.train.features import Feature
from xlbench.train.heads import Heads, build, encoder_of
from xlbench.train.loop import Told, train
from xlbench.train.mixing import order, shares, steps_of
from xlbench.train.mlm import Text
from xlbench.train.plan import Suite
from xlbench.train.recipe import Recipe
from xlbench.train.training_set import TrainingSet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Sets = Mapping[str, TrainingSet | Text]
CURVE = "curve.parquet"


@dataclass(frozen=True, slots=True, eq=False)
class Phase:
    """What a phase trains, and where it writes.

    Attributes:
        suite: the suite.
        part: ``encoder`` (phase 2) or a target task (phase 3).
        tasks: target tasks of the part.
        model: what all started from, for the card.
        start: folder that the encoder comes from.
        sets: to train on, by name.
        earlier: of the phases before, for the card.
        recipe: hyperparameters.
        folder: what is written; it is there when the phase is done, and not before.
    """

    suite: Suite
    part: str
    tasks: tuple[str, ...]
    model: str
    start: Path
    sets: Sets
    earlier: Sets
    recipe: Recipe
    folder: Path

    @property
    def done(self) -> bool:
        """Whether it was trained and written before."""
        return (self.folder / FILE).is_file()

    def steps(self, features: Mapping[str, list[Feature]]) -> int:
        """Return the optimizer steps."""
        if self.recipe.max_steps is not None:
            return self.recipe.max_steps
        sizes = {name: len(rows) for name, rows in features.items()}
        return steps_of(sizes, self.recipe.batch_size, self.recipe.epochs)


def run_phase(
    phase: Phase,
    tokenizer: PreTrainedTokenizerFast,
    features: Mapping[str, list[Feature]],
    shared: Mapping[str, int] | None,
    told: Told,
    *,
    resume: bool,
) -> None:
    """Train a phase and write its folder.

    Raises:
        UserError: see ``heads.build`` and ``loop.train``.
    """
    seed, recipe = phase.suite.seed, phase.recipe
    sizes = {name: len(rows) for name, rows in features.items()}
    steps = phase.steps(features)
    tasks = {name: s.task for name, s in phase.sets.items() if isinstance(s, TrainingSet)}
    heads = build(
        phase.start,
        tasks,
        mlm=mlm.NAME if mlm.NAME in phase.sets else None,
        seed=seed,
        freeze=recipe.freeze_embeddings,
    )
    batches = Batches(tokenizer, features, order(sizes, recipe.batch_size, steps, seed), seed)
    states = phase.folder.with_name(f".{phase.folder.name}-states")
    trained = train(heads, batches, recipe, seed, states, told, resume=resume)
    scores = {
        name: dev_scores(heads.head(name), tokenizer, phase.sets[name])  # type: ignore[arg-type]
        for name in tasks
    }
    card = Card(
        suite=phase.suite.name,
        part=phase.part,
        tasks=phase.tasks,
        model=phase.model,
        seed=seed,
        steps=trained.steps,
        features=sizes,
        shares=shares(sizes),
        recipe=recipe,
        sets=tuple(_facts(phase)),
        dev={name: found for name, found in scores.items() if found},
        shared_rows=shared,
    )
    _write(phase, heads, tokenizer, card, trained.log)
    if states.is_dir():
        shutil.rmtree(states)


def _facts(phase: Phase) -> list[dict[str, Any]]:
    last = 2 if phase.part == "encoder" else 3
    earlier = [set_facts(name, 2, found) for name, found in phase.earlier.items()]
    return [*earlier, *(set_facts(name, last, found) for name, found in phase.sets.items())]


def _write(
    phase: Phase,
    heads: Heads,
    tokenizer: PreTrainedTokenizerFast,
    card: Card,
    log: tuple[dict[str, Any], ...],
) -> None:
    """Write everything beside the folder, then rename: it is there whole or not at all."""
    partial = phase.folder.with_name(f".{phase.folder.name}-part")
    shutil.rmtree(partial, ignore_errors=True)
    if phase.part == "encoder":
        model = encoder_of(heads)
        # What is known of a head that is thrown away would be taken for the next one's.
        model.config.num_labels, model.config.problem_type = 2, None
    else:
        model = heads.head(next(iter(phase.sets)))
    model.save_pretrained(partial)
    tokenizer.save_pretrained(partial)
    write_curve(partial / CURVE, phase.suite.name, phase.part, log)
    write_card(partial, card)
    shutil.rmtree(phase.folder, ignore_errors=True)
    partial.replace(phase.folder)


Describe = Callable[[Phase, int], Told]
"""Called before a phase with its steps; returns what is told of each."""
