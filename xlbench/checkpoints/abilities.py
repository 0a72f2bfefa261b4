"""What an entry of the catalogue is and can do, told without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlbench.checkpoints.config import ModelConfig, parse_config, read_config
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.heads import head_for
from xlbench.checkpoints.size import encoder_parameters
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS


def abilities(entry: Entry) -> dict[str, Any]:
    """Return the entry as JSON-ready values; what is not known is ``None``.

    ``tasks`` are those that its head was made for, ``runs`` all that it can run, retrieval
    included, which needs no head. ``network``: whether its weights come from the Hub (once:
    then they are in its cache). ``random_weights_need_network``: whether ``--weights random``
    has to fetch the architecture.
    """
    config = _config(entry)
    runs = [
        name for name, task in TASKS.items() if head_for(task) == "encoder" or name in entry.tasks
    ]
    return {
        "checkpoint": entry.name,
        "base_model": entry.base_model,
        "intermediate": list(entry.intermediate),
        "head": entry.head,
        "tasks": list(entry.tasks),
        "runs": runs,
        "layers": config and config.layers,
        "hidden_size": config and config.hidden_size,
        "encoder_parameters": config and encoder_parameters(config),
        "source": entry.source,
        "from": entry.hub or (entry.path if entry.source == "path" else entry.source),
        "revision": entry.revision,
        "network": entry.source == "hub",
        "random_weights_need_network": entry.source == "hub" and config is None,
        "note": entry.note,
    }


def _config(entry: Entry) -> ModelConfig | None:
    where = f"checkpoint {entry.name!r}"
    try:
        if entry.config:
            return parse_config(entry.config, where)
        return None if entry.path is None else read_config(Path(entry.path), where)
    except UserError:
        return None
