"""Resolving: from the name of a checkpoint, suite or folder and a task to a ``CheckpointSpec``.

Runs in the controller: decides, checks and downloads, but never imports torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from xlbench.checkpoints.catalogue import Catalogue, Entry
from xlbench.checkpoints.config import ModelConfig, parse_config, read_config
from xlbench.checkpoints.fetch import Hub, Snapshot
from xlbench.checkpoints.folders import (
    has_tokenizer,
    is_bare_sentencepiece,
    local,
    weight_files,
)
from xlbench.checkpoints.heads import default_retrieval_layer, head_for
from xlbench.checkpoints.labels import LabelMismatch, labels_of
from xlbench.checkpoints.positions import cut_at
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.checkpoints.unsupported import Unsupported
from xlbench.checkpoints.which_entry import find_entry, told_head
from xlbench.checkpoints.which_tokenizer import Tokenizer, find_tokenizer, given_tokenizer
from xlbench.errors import UserError
from xlbench.flags import Flag
from xlbench.printable import shown
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task
from xlbench.usage import Usage

__all__ = ["Unsupported", "resolve"]

_USUAL_LAYERS = 12

_AS_THE_ENTRY_SAYS = Usage()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be resolved.

    Attributes:
        name: as the user wrote it.
        tokenizer: folder of a tokenizer in place of the checkpoint's own.
        revision: of the Hub.
    """

    catalogue: Catalogue
    name: str
    entry: Entry
    suite: str | None
    task: Task
    seed: int
    tokenizer: str | None
    revision: str | None
    hub: Hub
    usage: Usage

    @property
    def where(self) -> str:
        return f"checkpoint {self.entry.name!r}"

    def online(self) -> tuple[str, str]:
        """Return repository and revision of an entry that comes from the Hub."""
        assert self.entry.hub is not None and self.revision is not None
        return self.entry.hub, self.revision


def resolve(
    catalogue: Catalogue,
    name: str,
    task: str,
    *,
    weights: str = "trained",
    seed: int = 0,
    tokenizer: str | None = None,
    revision: str | None = None,
    usage: Usage = _AS_THE_ENTRY_SAYS,
    cache_dir: str | None = None,
    hub: Hub | None = None,
) -> CheckpointSpec:
    """Return what a worker needs to load ``name`` for ``task``; download it if need be.

    Args:
        catalogue: entries and suites.
        name: a suite, an entry, a local folder, or a repository of the Hub.
        task: name of the task.
        weights: ``trained``, or ``random`` for the true architecture with seeded weights.
        seed: of random weights.
        tokenizer: folder of a tokenizer in place of the checkpoint's own.
        revision: Hub revision in place of the entry's.
        usage: how it is used, in place of what the entry says.
        cache_dir: the Hub's cache, ``None`` for the client's own.
        hub: the way to the Hub; ``None``: one that all calls of the process share.

    Raises:
        Unsupported: the checkpoint lacks what the task needs.
        UserError: the name is unknown, or files are missing, damaged or contradictory.
    """
    hub = hub or _shared_hub(cache_dir)
    entry, suite = find_entry(catalogue, name, task, revision, hub)
    if revision is not None and entry.source != "hub":
        raise UserError(
            f"checkpoint {name!r}: revision={revision} makes sense for a checkpoint "
            f"from the Hub only, this one is {entry.source}"
        )
    asked = _Asked(
        catalogue,
        name,
        entry,
        suite,
        TASKS[task],
        seed,
        tokenizer,
        revision or entry.revision,
        hub,
        usage.over(entry.usage),
    )
    if weights == "random":
        config = _architecture(asked)
        chosen = given_tokenizer(tokenizer) or find_tokenizer(catalogue, entry, asked.revision, hub)
        return _random_spec(asked, config, chosen)
    _require_head(asked)
    return _trained(asked)


def _require_head(asked: _Asked) -> None:
    entry, task, needed = asked.entry, asked.task, head_for(asked.task)
    if needed == "encoder":
        return
    if entry.head == "encoder":
        reason = f"{entry.name} is an encoder without a fine-tuned head"
    elif entry.head != needed:
        reason = f"its head is for {entry.head}, not for {needed}"
    elif task.name not in entry.tasks:
        reason = f"its head was fine-tuned for {', '.join(entry.tasks)}"
    else:
        return
    raise Unsupported(asked.name, task.name, reason)


def _architecture(asked: _Asked) -> ModelConfig:
    """Return what random weights are made for, from the catalogue, a folder or the Hub."""
    entry = asked.entry
    if entry.config:
        return parse_config(entry.config, f"{entry.file}, entry {entry.name!r}: config")
    if entry.path is not None:
        return read_config(_folder(entry.path, asked.where), asked.where)
    return read_config(Path(asked.hub.config(entry.name, *asked.online()).folder), asked.where)


def _folder(path: str, where: str) -> Path:
    """Return the folder that an entry names.

    Raises:
        UserError: it is not there.
    """
    folder = local(path)
    if folder is None or not folder.is_dir():
        raise UserError(
            f"{where}: path {shown(path)}: there is no such folder; expected one with config.json, "
            "model.safetensors and a tokenizer"
        )
    return folder


def _trained(asked: _Asked) -> CheckpointSpec:
    entry, task, where = asked.entry, asked.task, asked.where
    if entry.path is not None:
        snapshot = Snapshot(entry.path, None)
        weight_files(_folder(entry.path, where), where)
    else:
        snapshot = asked.hub.checkpoint(entry.name, *asked.online())
    folder = Path(snapshot.folder)
    config = read_config(folder, where)
    needed = head_for(task)
    if needed != "encoder" and config.architectures:
        actual = told_head(config, folder, where)
        if actual != needed:
            raise UserError(
                f"{where}: the catalogue says its head is for {entry.head}, its "
                f"config.json says {actual}. Correct `head` of the entry."
            )
    try:
        labels = labels_of(task, entry, config)
    except LabelMismatch as error:
        if entry.file:
            raise
        # A folder without an entry: only its labels tell what it was trained for.
        raise Unsupported(entry.name, task.name, str(error)) from None
    chosen = _tokenizer(asked, folder)
    return _spec(asked, config, chosen, str(folder), labels, snapshot.commit)


def _tokenizer(asked: _Asked, folder: Path) -> Tokenizer:
    """Return the tokenizer of trained weights: the one given, their own, or the entry's."""
    entry = asked.entry
    chosen = given_tokenizer(asked.tokenizer)
    # A bare SentencePiece model needs more libraries to load than a tokenizer.json.
    whole = entry.tokenizer is None or not is_bare_sentencepiece(folder)
    if chosen is None and has_tokenizer(folder) and whole:
        chosen = Tokenizer(str(folder))
    if chosen is None and entry.tokenizer is not None:
        chosen = find_tokenizer(asked.catalogue, entry, asked.revision, asked.hub)
    if (chosen is None or chosen.flags) and has_tokenizer(folder):
        chosen = Tokenizer(str(folder))
    if chosen is None or chosen.flags:
        raise UserError(
            f"{asked.where}: there is no tokenizer beside its weights in {folder}. Save it "
            "there, or pass a folder as tokenizer=PATH."
        )
    return chosen


def _random_spec(asked: _Asked, config: ModelConfig, tokenizer: Tokenizer) -> CheckpointSpec:
    return _spec(asked, config, tokenizer, None, asked.task.labels, tokenizer.commit)


def _spec(
    asked: _Asked,
    config: ModelConfig,
    tokenizer: Tokenizer,
    folder: str | None,
    labels: tuple[str, ...],
    commit: str | None,
) -> CheckpointSpec:
    entry, usage, head = asked.entry, asked.usage, head_for(asked.task)
    layer = pooling = None
    prefix = ""
    if head == "encoder":
        depth = config.layers or _USUAL_LAYERS
        pooling, prefix = usage.pooling or "mean", usage.prefix or ""
        layer = usage.retrieval_layer
        layer = default_retrieval_layer(depth) if layer is None else layer
        if layer > depth:
            raise UserError(
                f"{asked.where}: retrieval_layer is {layer}, the model has {depth} layers"
            )
    random = (Flag.RANDOM_WEIGHTS,) if folder is None else ()
    learnt = bool(folder and entry.shared_rows.get(asked.task.name))
    shared = (Flag.SHARED_ROWS,) if learnt else ()
    cut, said = cut_at(config.positions, asked.task, asked.name)
    return CheckpointSpec(
        entry=entry.name,
        suite=asked.suite,
        task=asked.task.name,
        head=head,
        model_type=config.model_type,
        folder=folder,
        config=dict(config.content) if folder is None else None,
        weights="random" if folder is None else "trained",
        seed=asked.seed,
        tokenizer_folder=tokenizer.folder,
        labels=labels,
        retrieval_layer=layer,
        pooling=pooling,
        prefix=prefix,
        tagging_layout=usage.tagging_layout or "xtreme",
        positions=config.positions,
        revision=commit,
        flags=random + tokenizer.flags + shared + cut,
        warnings=tokenizer.warnings + said,
    )


@lru_cache(maxsize=8)
def _shared_hub(cache_dir: str | None) -> Hub:
    # One for the process: it remembers that the Hub can't be reached, and what was verified.
    return Hub(cache_dir)
