"""What an entry of the catalogue is and can do, told without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.folders import EMBEDDED, read_config
from xlbench.checkpoints.heads import head_for
from xlbench.checkpoints.size import encoder_parameters, layers
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
    size = layers(config)
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
        "layers": size and size[0],
        "hidden_size": size and size[1],
        "encoder_parameters": encoder_parameters(config),
        "source": entry.source,
        "from": entry.hub or entry.path or entry.source,
        "revision": entry.revision,
        "network": entry.source == "hub",
        "random_weights_need_network": entry.source == "hub" and not config,
        "note": entry.note,
    }


def _config(entry: Entry) -> Mapping[str, Any]:
    if entry.config:
        return entry.config
    if entry.source == "embedded":
        config: dict[str, Any] = json.loads((EMBEDDED / "config.json").read_text(encoding="utf-8"))
        return config
    if entry.path is not None:
        try:
            return read_config(Path(entry.path), entry.name)
        except UserError:
            return {}
    return {}
