"""What training starts from: an entry of the catalogue, a repository on the Hub, or a folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbench.checkpoints.catalogue import Catalogue
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.resolve import resolve
from xlbench.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_ANY_RETRIEVAL = "tatoeba"


@dataclass(frozen=True, slots=True)
class Start:
    """The pretrained encoder.

    Attributes:
        name: as the user wrote it.
        folder: config and safetensors.
        tokenizer_folder: its tokenizer.
        entry: what a catalogue says of it, for the arms that use it as it is.
        commit: from the Hub.
    """

    name: str
    folder: Path
    tokenizer_folder: Path
    entry: dict[str, Any]
    commit: str | None


def find_start(name: str, revision: str, catalogue: Catalogue) -> Start:
    """Return the model, downloaded if need be; of a suite its encoder.

    Raises:
        UserError: it is unknown or cannot be had.
    """
    known = name in catalogue.entries or name in catalogue.suites
    if not known and not Path(name).expanduser().is_dir() and "/" in name.strip("./"):
        found = Entry(name, "hub", hub=name, revision=revision)
        catalogue = replace(catalogue, entries={**catalogue.entries, name: found})
    spec = resolve(catalogue, name, _ANY_RETRIEVAL)
    assert spec.folder is not None, "only random weights have none"
    folder = Path(spec.folder)
    entry = catalogue.entries.get(spec.entry)
    more: dict[str, Any] = {"retrieval_layer": spec.retrieval_layer, **_said(entry)}
    if entry is not None and entry.source == "hub":
        of: dict[str, Any] = {"source": "hub", "hub": entry.hub, "revision": spec.revision}
    else:
        of = {"source": "path", "path": str(folder.resolve())}
        if Path(spec.tokenizer_folder) != folder:
            more["tokenizer"] = spec.tokenizer_folder
    return Start(name, folder, Path(spec.tokenizer_folder), {**of, **more}, spec.revision)


def _said(entry: Entry | None) -> dict[str, Any]:
    """How sentences become vectors, where the entry says it."""
    if entry is None:
        return {}
    said = {"pooling": entry.usage.pooling, "prefix": entry.usage.prefix}
    return {name: value for name, value in said.items() if value}


def tokenizer_of(start: Start) -> PreTrainedTokenizerFast:
    """Return the model's fast tokenizer.

    Raises:
        UserError: it has none.
    """
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(
        start.tokenizer_folder, local_files_only=True, trust_remote_code=False
    )
    if not tokenizer.is_fast:
        raise UserError(f"{start.tokenizer_folder}: expected a fast tokenizer (tokenizer.json).")
    return tokenizer
