"""From settings to a run that could begin: data opened, checkpoints resolved, both matched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from xlbench.arms import Arm
from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.resolve import Unsupported, resolve
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.data.describe import UNLABELLED
from xlbench.data.open import open_source
from xlbench.data.source import Source
from xlbench.examples import Example, Reread
from xlbench.extras import require
from xlbench.run.cells import Plan, make_plan
from xlbench.run.draws import Draws
from xlbench.run.processors import check_processors
from xlbench.run.visits import Inputs
from xlbench.settings import Settings
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import Usage

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that could begin: everything resolved, nothing measured."""

    settings: Settings
    source: Source
    plan: Plan
    inputs: Inputs


def prepare(settings: Settings, catalogue: Catalogue, warn: Warn) -> Prepared:
    """Open the data, resolve (and fetch) the checkpoints, and match them.

    Raises:
        UserError: something asked for does not exist or does not fit, or what measures is not
            installed.
    """
    here = settings.engine == "local"
    if here and any(arm.options.python is None for arm in settings.arms):
        require("measure", "torch", "transformers")
    for asked in settings.arms:
        if asked.options.cpus is not None:
            check_processors(f"arm {asked.text}: cpus", asked.options.cpus)
    source = open_source(
        settings.data, TASKS, skip_malformed=settings.skip_malformed, split=settings.split
    )

    def resolved(arm: Arm, task: str) -> CheckpointSpec | str:
        options = arm.options
        try:
            return resolve(
                catalogue,
                arm.name,
                task,
                weights=options.weights,
                seed=settings.seed if options.seed is None else options.seed,
                tokenizer=options.tokenizer,
                revision=options.revision,
                usage=Usage(
                    options.tagging_layout,
                    options.prefix,
                    options.pooling,
                    options.retrieval_layer,
                ),
            )
        except Unsupported as error:
            return str(error)

    plan = make_plan(settings, source, resolved)
    for warning in sorted({w for spec in plan.specs.values() for w in spec.warnings}):
        warn(warning)
    for arm, task, reason in plan.skipped:
        warn(f"{arm}: {task} is left out: {reason}")
    for task, lacking in plan.missing.items():
        warn(f"{task}: no data in {source.root} for {', '.join(lacking)}")

    searched = [task for task in plan.languages if TASKS[task].kind.search is not None]
    if settings.sample is not None and searched:
        warn(
            f"{', '.join(searched)}: measured whole, not sampled: a search among fewer sentences "
            "would be an easier task"
        )
    for note in _of_splits(settings, source, plan):
        warn(note)

    draws = Draws(source, settings)

    def examples(task: str, language: str) -> Iterable[Example]:
        return Reread(partial(draws.examples, task, language))

    sizes = {
        (task, language): sum(path.stat().st_size for path in source.files(task, language))
        for task, languages in plan.languages.items()
        for language in languages
    }
    return Prepared(settings, source, plan, Inputs(plan, examples, sizes, draws.population))


def _of_splits(settings: Settings, source: Source, plan: Plan) -> Iterator[str]:
    """Yield what is to be said of tasks that are not measured on a labelled test split."""
    if source.kind == "hub":
        return  # what is there is known once it is downloaded
    dev: Source | None = None
    for task in plan.languages:
        layout = source.layout(task)
        if settings.split == "test" and "split" in layout:
            yield f"{task}: no test split for some languages ({layout})"
        if settings.split == "test" and UNLABELLED in layout:
            dev = dev or open_source(settings.data, TASKS, split="dev")
            if dev.languages(task) and UNLABELLED not in dev.layout(task):
                yield (
                    f"{task}: the test split has no labels, so it gets no metric; the development "
                    "split has: --split dev measures that one"
                )
