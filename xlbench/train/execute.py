"""Training all suites, one phase after the other; what is done already is left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.errors import UserError
from xlbench.results.files import write_json
from xlbench.train import recipe as recipes
from xlbench.train.catalogue_file import Arm, Head, write_catalogue
from xlbench.train.device import checked_device
from xlbench.train.phase import Describe, Phase, Sets, run_phase
from xlbench.train.plan import Settings, Suite, folder_of, heads_to_train, suites
from xlbench.train.shelf import Shelf
from xlbench.train.start import Start, find_start, tokenizer_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

ENCODER = "encoder"
SETTINGS, CATALOGUE = "train.json", "checkpoints.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Everything found that training needs; no data is read yet."""

    settings: Settings
    start: Start
    tokenizer: PreTrainedTokenizerFast
    shelf: Shelf
    out: Path


def prepare(settings: Settings, catalogue: Catalogue, out: Path) -> Prepared:
    """Find the model and its tokenizer.

    Raises:
        UserError: something asked for does not exist.
    """
    suites(settings)
    start = find_start(settings.model, settings.revision, catalogue)
    tokenizer = tokenizer_of(start)
    return Prepared(settings, start, tokenizer, Shelf(settings, tokenizer), out)


def phases(prepared: Prepared, only: str | None = None) -> Iterator[tuple[Suite, Phase]]:
    """Yield the phases in their order, those of the suite ``only`` if given; sets are read."""
    for suite in suites(prepared.settings):
        if only not in (None, suite.name):
            continue
        sets = _phase_two(prepared, suite)
        if sets:
            yield suite, _encoder_phase(prepared, suite, sets)
        for part, tasks in heads_to_train(prepared.settings.targets).items():
            yield suite, _head_phase(prepared, suite, sets, part, tasks)


def write_settings(prepared: Prepared) -> None:
    """Write what was asked for, which is what makes a folder one that can be continued."""
    prepared.out.mkdir(parents=True, exist_ok=True)
    write_json(prepared.out / SETTINGS, prepared.settings.to_json())


def execute(prepared: Prepared, describe: Describe, *, resume: bool) -> Path:
    """Train everything; return the file of the catalogue that was written.

    Raises:
        UserError: data is wrong, or a loss is not finite.
    """
    out, settings = prepared.out, prepared.settings
    write_settings(prepared)
    arms = {suite.name: Arm(suite, prepared.start.entry) for suite in suites(settings)}
    for suite, phase in phases(prepared):
        shared = _run(prepared, phase, describe, resume=resume)
        arms[suite.name] = _with(arms[suite.name], prepared, phase, shared)
    file = out / CATALOGUE
    write_catalogue(file, arms.values(), prepared.start.name, settings.targets)
    return file


def execute_one(prepared: Prepared, suite: str, describe: Describe, *, resume: bool) -> None:
    """Train one suite of those asked for, and leave the catalogue to `execute`.

    Raises:
        UserError: there is no such suite, data is wrong, or a loss is not finite.
    """
    known = [one.name for one in suites(prepared.settings)]
    if suite not in known:
        raise UserError(f"--suite: expected one of {', '.join(known)}, found {suite!r}")
    for _, phase in phases(prepared, suite):
        _run(prepared, phase, describe, resume=resume)


def _run(
    prepared: Prepared, phase: Phase, describe: Describe, *, resume: bool
) -> Mapping[str, int] | None:
    """Train a phase unless it is done; return the rows shared with the evaluation, by task."""
    shared = prepared.shelf.shared({**phase.earlier, **phase.sets})
    if not phase.done:
        features = {n: prepared.shelf.features(found) for n, found in phase.sets.items()}
        told = describe(phase, phase.steps(features))
        run_phase(phase, prepared.tokenizer, features, shared, told, resume=resume)
    return shared


def _with(arm: Arm, prepared: Prepared, phase: Phase, shared: Mapping[str, int] | None) -> Arm:
    path = str(phase.folder.relative_to(prepared.out))
    if phase.part == ENCODER:
        of = ("retrieval_layer", "pooling", "prefix")
        kept = {name: arm.encoder[name] for name in of if name in arm.encoder}
        return replace(arm, encoder={"source": "path", "path": path, **kept})
    return replace(arm, heads=(*arm.heads, Head(path, phase.tasks, shared or {})))


def _phase_two(prepared: Prepared, suite: Suite) -> Sets:
    return {name: prepared.shelf.phase_two(name) for name in prepared.shelf.intermediate(suite)}


def _encoder_phase(prepared: Prepared, suite: Suite, sets: Sets) -> Phase:
    return Phase(
        suite=suite,
        part=ENCODER,
        tasks=(),
        model=prepared.start.name,
        start=prepared.start.folder,
        sets=sets,
        earlier={},
        recipe=_recipe(recipes.INTERMEDIATE, prepared.settings),
        folder=folder_of(prepared.out, suite, ENCODER),
    )


def _head_phase(
    prepared: Prepared, suite: Suite, earlier: Sets, part: str, tasks: tuple[str, ...]
) -> Phase:
    encoder = folder_of(prepared.out, suite, ENCODER) if earlier else prepared.start.folder
    return Phase(
        suite=suite,
        part=part,
        tasks=tasks,
        model=prepared.start.name,
        start=encoder,
        sets={part: prepared.shelf.target(part)},
        earlier=earlier,
        recipe=_recipe(recipes.target_recipe(part), prepared.settings),
        folder=folder_of(prepared.out, suite, part),
    )


def _recipe(recipe: recipes.Recipe, settings: Settings) -> recipes.Recipe:
    changes = dict(settings.recipe)
    device = checked_device(str(changes.get("device", "auto")))
    return recipes.adjusted(recipe, {**changes, "device": device})


def quiet() -> None:
    """Keep transformers from telling of every file it loads and every head it makes."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
