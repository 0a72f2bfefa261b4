"""Which entry a name stands for: one of the catalogue, a local folder, or a repository of the Hub.

Of the last two there is no entry: what it would say is read from their config, or, where that
names no classes, from the names of their weights.
"""

from __future__ import annotations

import re
from pathlib import Path

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.config import ModelConfig, read_config
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.folders import local, weight_files
from xlbench.checkpoints.heads import head_for, head_in, head_of
from xlbench.checkpoints.stored_tensors import stored_tensors
from xlbench.checkpoints.unsupported import Unsupported
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown
from xlbench.tasks.catalogue import TASKS

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_DEFAULT_REVISION = "main"


def find_entry(
    catalogue: Catalogue, name: str, task: str, revision: str | None, hub: Hub
) -> tuple[Entry, str | None]:
    """Return the entry that a name stands for, and the suite that led to it.

    Args:
        catalogue: entries and suites.
        name: as the user wrote it.
        task: the task it shall do: a suite has a checkpoint for each.
        revision: Hub revision in place of the entry's.
        hub: the way to the Hub.

    Raises:
        Unsupported: the suite has no checkpoint for the task.
        UserError: there is nothing of this name, or it can't be read.
    """
    if name in catalogue.suites:
        suite = catalogue.suites[name]
        if task not in suite.checkpoints:
            has = ", ".join(suite.checkpoints)
            reason = f"the suite has no checkpoint for it (it has: {has})"
            raise Unsupported(name, task, reason, random_helps=False)
        return catalogue.entries[suite.checkpoints[task]], name
    if name in catalogue.entries:
        return catalogue.entries[name], None
    path = local(name)
    if path is not None and path.is_dir():
        return _of_folder(name, path), None
    if path is not None and path.suffix in (".yaml", ".yml"):
        raise UserError(
            f"checkpoint {shown(name)}: that is a file; pass it as --checkpoints {name} and name "
            "an entry or suite of it with --ckpt"
        )
    if path is not None:
        raise UserError(
            f"checkpoint {shown(name)}: that is a file; expected the folder that holds it, with "
            "config.json, model.safetensors and a tokenizer"
        )
    # A slip in the name of a local folder shall not become a question to the Hub.
    if _REPOSITORY.fullmatch(name) and local(name.partition("/")[0]) is None:
        return _of_repository(name, revision or _DEFAULT_REVISION, hub), None
    if "/" in name:
        raise UserError(f"checkpoint {shown(name)}: there is no such folder")
    known = sorted({*catalogue.entries, *catalogue.suites})
    parts = {part for suite in catalogue.suites.values() for part in suite.checkpoints.values()}
    whole = [one for one in known if one in catalogue.suites or one not in parts]
    raise UserError(
        f"unknown checkpoint or suite {shown(name)}{did_you_mean(name, known)}; known are "
        f"{', '.join(whole)} (and parts of suites: `xlbench list checkpoints`). A local folder is "
        "written with a slash: ./my-model, a repository of the Hub as owner/name"
    )


def _of_folder(name: str, folder: Path) -> Entry:
    where = f"checkpoint {shown(name)}"
    head = told_head(read_config(folder, where), folder, where)
    return Entry(name, "path", path=str(folder.resolve()), head=head, tasks=_with_head(head))


def _of_repository(name: str, revision: str, hub: Hub) -> Entry:
    where = f"checkpoint {shown(name)}"
    config = read_config(Path(hub.config(name, name, revision).folder), where)
    if config.architectures:
        head = head_of(config.architectures)
    else:
        head = told_head(config, Path(hub.checkpoint(name, name, revision).folder), where)
    return Entry(name, "hub", hub=name, revision=revision, head=head, tasks=_with_head(head))


def told_head(config: ModelConfig, folder: Path, where: str) -> str:
    """Return the head that a config or, where it names no classes, the weights tell.

    Raises:
        UserError: the weights are damaged.
    """
    if config.architectures:
        return head_of(config.architectures)
    return head_in(
        {name for file in weight_files(folder, where) for name in stored_tensors(file, where)}
    )


def _with_head(head: str) -> tuple[str, ...]:
    return tuple(task.name for task in TASKS.values() if head_for(task) == head)
