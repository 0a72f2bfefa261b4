"""Resolving: from the name of a checkpoint, suite or folder and a task to a ``CheckpointSpec``.

Runs in the controller: decides, checks and downloads, but never imports torch.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlbench.checkpoints.catalogue import Catalogue, Entry
from xlbench.checkpoints.fetch import Hub, Snapshot
from xlbench.checkpoints.folders import (
    EMBEDDED,
    has_tokenizer,
    is_bare_sentencepiece,
    read_config,
    weight_files,
)
from xlbench.checkpoints.heads import default_retrieval_layer, head_for, head_of
from xlbench.checkpoints.labels import LabelMismatch, labels_of
from xlbench.checkpoints.spec import RANDOM_WEIGHTS, CheckpointSpec
from xlbench.checkpoints.which_tokenizer import Tokenizer, find_tokenizer, given_tokenizer
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task


class Unsupported(UserError):
    """A checkpoint can't do a task; the others of the run go on.

    Args:
        checkpoint: as the user named it.
        task: the task's name.
        reason: a clause that says why.
    """

    def __init__(self, checkpoint: str, task: str, reason: str) -> None:
        self.checkpoint, self.task, self.reason = checkpoint, task, reason
        super().__init__(
            f"checkpoint {checkpoint!r} can't do {task}: {reason}. Leave the task "
            "out with --tasks, or pass --weights random to measure "
            "latency and memory only."
        )


def resolve(
    catalogue: Catalogue,
    name: str,
    task: str,
    *,
    weights: str = "trained",
    seed: int = 0,
    tokenizer: str | None = None,
    revision: str | None = None,
    cache_dir: str | None = None,
    hub: Hub | None = None,
) -> CheckpointSpec:
    """Return what a worker needs to load ``name`` for ``task``; download it if need be.

    Args:
        catalogue: entries and suites.
        name: a suite, an entry, or a local folder.
        task: name of the task.
        weights: ``trained``, or ``random`` for the true architecture with seeded weights.
        seed: of random weights; the embedded entries have their own when ``trained``.
        tokenizer: folder of a tokenizer in place of the checkpoint's own.
        revision: Hub revision in place of the entry's.
        cache_dir: the Hub's cache, ``None`` for the client's own.
        hub: the way to the Hub; ``None``: one that all calls of the process share.

    Raises:
        Unsupported: the checkpoint lacks the head that the task needs.
        UserError: the name is unknown, or files are missing, damaged or contradictory.
    """
    entry, suite = _find(catalogue, name, task)
    if revision is not None and entry.source != "hub":
        raise UserError(
            f"checkpoint {name!r}: revision={revision} makes sense for a checkpoint "
            f"from the Hub only, this one is {entry.source}"
        )
    wanted = TASKS[task]
    hub = hub or _shared_hub(cache_dir)
    revision = revision or entry.revision
    if entry.source == "embedded":
        return _embedded(
            entry, suite, wanted, seed if weights == "random" else entry.seed, tokenizer
        )
    if weights == "random":
        return _random(catalogue, entry, suite, wanted, seed, tokenizer, revision, hub)
    _require_head(entry, name, wanted)
    return _trained(catalogue, entry, suite, wanted, seed, tokenizer, revision, hub)


def _find(catalogue: Catalogue, name: str, task: str) -> tuple[Entry, str | None]:
    if name in catalogue.suites:
        suite = catalogue.suites[name]
        if task not in suite.checkpoints:
            raise Unsupported(
                name,
                task,
                f"the suite has no checkpoint for it (it has: {', '.join(suite.checkpoints)})",
            )
        return catalogue.entries[suite.checkpoints[task]], name
    if name in catalogue.entries:
        return catalogue.entries[name], None
    folder = Path(name).expanduser()
    if folder.is_dir():
        config = read_config(folder, f"checkpoint {name!r}")
        head = head_of(config.get("architectures") or ())
        same = tuple(t.name for t in TASKS.values() if head_for(t) == head)
        return Entry(name, "path", path=str(folder.resolve()), head=head, tasks=same), None
    if "/" in name:
        raise UserError(
            f"checkpoint {name!r}: there is no such folder. For a repository on the "
            "Hub, write an entry with hub and revision and pass the file as "
            "--checkpoints FILE."
        )
    known = ", ".join(sorted({*catalogue.entries, *catalogue.suites}))
    raise UserError(
        f"unknown checkpoint or suite {name!r}; known are {known}. A local folder "
        "is written with a slash: ./my-model"
    )


def _require_head(entry: Entry, name: str, task: Task) -> None:
    needed = head_for(task)
    if needed == "encoder":
        return
    if entry.head == "encoder":
        raise Unsupported(name, task.name, f"{entry.name} is an encoder without a fine-tuned head")
    if entry.head != needed:
        raise Unsupported(name, task.name, f"its head is for {entry.head}, not for {needed}")
    if task.name not in entry.tasks:
        raise Unsupported(name, task.name, f"its head was fine-tuned for {', '.join(entry.tasks)}")


def _embedded(
    entry: Entry, suite: str | None, task: Task, seed: int, tokenizer: str | None
) -> CheckpointSpec:
    config: dict[str, Any] = json.loads((EMBEDDED / "config.json").read_text(encoding="utf-8"))
    chosen = given_tokenizer(tokenizer) or Tokenizer(str(EMBEDDED))
    return _spec(entry, suite, task, seed, config, chosen, "random", None, task.labels, None)


def _random(
    catalogue: Catalogue,
    entry: Entry,
    suite: str | None,
    task: Task,
    seed: int,
    tokenizer: str | None,
    revision: str | None,
    hub: Hub,
) -> CheckpointSpec:
    where = f"checkpoint {entry.name!r}"
    config = dict(entry.config)
    if not config and entry.path is not None:
        config = read_config(Path(entry.path), where)
    if not config:
        assert entry.hub is not None and revision is not None
        config = read_config(Path(hub.config(entry.name, entry.hub, revision).folder), where)
    chosen = given_tokenizer(tokenizer) or find_tokenizer(catalogue, entry, revision, hub)
    return _spec(
        entry, suite, task, seed, config, chosen, "random", None, task.labels, chosen.commit
    )


def _trained(
    catalogue: Catalogue,
    entry: Entry,
    suite: str | None,
    task: Task,
    seed: int,
    tokenizer: str | None,
    revision: str | None,
    hub: Hub,
) -> CheckpointSpec:
    where = f"checkpoint {entry.name!r}"
    if entry.path is not None:
        snapshot = Snapshot(entry.path, None)
        weight_files(Path(entry.path), where)
    else:
        assert entry.hub is not None and revision is not None
        snapshot = hub.checkpoint(entry.name, entry.hub, revision)
    folder = Path(snapshot.folder)
    config = read_config(folder, where)
    actual, needed = head_of(config.get("architectures") or ()), head_for(task)
    if needed not in ("encoder", actual):
        raise UserError(
            f"{where}: the catalogue says its head is for {entry.head}, its "
            f"config.json says {actual}. Correct `head` of the entry."
        )
    try:
        labels = labels_of(task, entry.labels, config, where)
    except LabelMismatch as error:
        if entry.file:
            raise
        # A folder without an entry: only its labels tell what it was trained for.
        raise Unsupported(entry.name, task.name, str(error)) from None
    chosen = given_tokenizer(tokenizer)
    # A bare SentencePiece model needs more libraries to load than a tokenizer.json.
    whole = entry.tokenizer is None or not is_bare_sentencepiece(folder)
    if chosen is None and has_tokenizer(folder) and whole:
        chosen = Tokenizer(str(folder))
    if chosen is None and entry.tokenizer is not None:
        chosen = find_tokenizer(catalogue, entry, revision, hub)
    if (chosen is None or chosen.flags) and has_tokenizer(folder):
        chosen = Tokenizer(str(folder))
    if chosen is None or chosen.flags:
        raise UserError(
            f"{where}: there is no tokenizer beside its weights in {folder}. Save it "
            "there, or pass a folder as tokenizer=PATH."
        )
    return _spec(
        entry, suite, task, seed, config, chosen, "trained", str(folder), labels, snapshot.commit
    )


def _spec(
    entry: Entry,
    suite: str | None,
    task: Task,
    seed: int,
    config: dict[str, Any],
    tokenizer: Tokenizer,
    weights: str,
    folder: str | None,
    labels: tuple[str, ...],
    commit: str | None,
) -> CheckpointSpec:
    head = head_for(task)
    layer = None
    if head == "encoder":
        depth = config.get("num_hidden_layers") or config.get("n_layers") or 12
        layer = entry.retrieval_layer
        layer = default_retrieval_layer(depth) if layer is None else layer
        if layer > depth:
            raise UserError(
                f"checkpoint {entry.name!r}: retrieval_layer is {layer}, the model "
                f"has {depth} layers"
            )
    flags = (RANDOM_WEIGHTS,) if weights == "random" else ()
    return CheckpointSpec(
        entry=entry.name,
        suite=suite,
        task=task.name,
        head=head,
        model_type=str(config["model_type"]),
        folder=folder,
        config=config if weights == "random" else None,
        weights=weights,
        seed=seed,
        tokenizer_folder=tokenizer.folder,
        labels=labels,
        retrieval_layer=layer,
        revision=commit,
        flags=(*flags, *tokenizer.flags),
        warnings=tokenizer.warnings,
    )


@lru_cache(maxsize=8)
def _shared_hub(cache_dir: str | None) -> Hub:
    # One for the process: it remembers that the Hub can't be reached, and what was verified.
    return Hub(cache_dir)
