"""From what ``--data`` says to a source."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from xlbench.data.folder import FolderSource, has_any, looked_for
from xlbench.data.hub import ParquetSource, is_mirror
from xlbench.data.source import Readable, Source
from xlbench.data.stores import HubStore, MirrorStore
from xlbench.errors import UserError
from xlbench.settings import Split

_BELOW = (".", "download", "data")
"""XTREME's scripts download into ``download/`` of their own folder."""


def open_source(
    spec: str,
    tasks: Mapping[str, Readable],
    *,
    skip_malformed: bool = False,
    split: Split = "test",
    revision: str = "main",
    cache_dir: Path | None = None,
) -> Source:
    """Return the source that ``--data`` names; nothing is read or downloaded yet.

    Args:
        spec: ``sample``, ``hub``, or a folder: of XTREME's files or a mirror of the Hub's,
            whichever is found there or in its ``download/`` or ``data/``.
        tasks: what can be asked for, by name.
        skip_malformed: leave malformed rows out and count them.
        split: ``test`` (the development split stands in where it is missing), or ``dev``.
        revision: branch, tag or commit of the Hub dataset.
        cache_dir: where the Hub's files are kept, ``None`` for the Hub client's own cache.

    Raises:
        UserError: the folder does not exist or holds none of the tasks.
    """
    if spec == "sample":
        return FolderSource(
            _sample_folder(), tasks, kind="sample", skip_malformed=skip_malformed, split=split
        )
    if spec == "hub":
        return ParquetSource(
            HubStore(revision, cache_dir), tasks, skip_malformed=skip_malformed, split=split
        )
    folder = Path(spec).expanduser()
    if folder.is_file():
        raise UserError(
            f"--data {spec}: a file, not a folder; pass the folder that holds the tasks' files, "
            f"perhaps {folder.parent}/ or the one above it"
        )
    if not folder.is_dir():
        raise UserError(
            f"--data {spec}: there is no such folder. Pass a folder of XTREME's files, "
            "--data sample, or --data hub."
        )
    for below in (folder / name for name in _BELOW):
        if has_any(below, tasks):
            return FolderSource(below, tasks, skip_malformed=skip_malformed, split=split)
        if is_mirror(below, tasks):
            return ParquetSource(
                MirrorStore(below), tasks, skip_malformed=skip_malformed, split=split
            )
    raise UserError(
        f"--data {spec}: no task was found there. Looked for {looked_for(tasks)}, and for folders "
        "of parquet files such as XNLI or PAWS-X.de. Pass the folder that holds these, "
        "--data sample, or --data hub."
    )


def _sample_folder() -> Path:
    folder = Path(str(files("xlbench") / "sample"))
    if not folder.is_dir():
        raise UserError(f"the embedded sample is missing ({folder}). Reinstall xlbench.")
    return folder
