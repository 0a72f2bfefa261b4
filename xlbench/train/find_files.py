"""Where the files of a training set are: in a folder, or on the Hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from xlbench.data.malformed import MalformedRows
from xlbench.errors import UserError
from xlbench.train import raw_rows
from xlbench.train.intermediate import Files, HubSet, Intermediate
from xlbench.train.raw_rows import Row

Download = Callable[..., Any]
"""``huggingface_hub.snapshot_download``, or what takes its place in tests."""


def _as_it_is(row: Any) -> Any:
    return row


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """Files of a training set, and how they are read.

    Attributes:
        train: to train on.
        dev: to score on; may be empty.
        files: format, and meaning of a row.
        origin: folder, or repository and commit.
    """

    train: tuple[Path, ...]
    dev: tuple[Path, ...]
    files: Files
    origin: str

    def rows(self, split: str, bad: MalformedRows) -> Iterator[Row]:
        """Yield the rows of ``train`` or ``dev`` in the plain form, without those that have no
        label."""
        paths = self.train if split == "train" else self.dev
        for path, row, raw in chain.from_iterable(self.files.read(p, bad) for p in paths):
            plain = self.files.plain(raw)
            if plain is not None:
                yield path, row, plain


def in_folder(entry: Intermediate, root: Path) -> FoundFiles | None:
    """Return the task's files below a folder, the plain form first; ``None``: not there."""
    name = entry.task.name
    plain = Files((f"{name}/train.jsonl",), (f"{name}/dev.jsonl",), raw_rows.json_lines, _as_it_is)
    for files in (plain, *entry.own):
        for base in (root, root / name):
            train = _matching(base, files.train)
            if train:
                return FoundFiles(train, _matching(base, files.dev), files, str(root))
    return None


def on_hub(wanted: HubSet, download: Download | None = None) -> FoundFiles:
    """Return the data set's parquet files, downloaded into the Hub client's cache if need be.

    Args:
        wanted: repository, revision and patterns.
        download: see ``Download``.

    Raises:
        UserError: it cannot be downloaded, or the repository lacks the training files.
    """
    if download is None:
        from huggingface_hub import snapshot_download

        download = snapshot_download
    files = wanted.files
    try:
        folder = Path(
            download(
                wanted.repository,
                repo_type="dataset",
                revision=wanted.revision,
                allow_patterns=[*files.train, *files.dev],
            )
        )
    except Exception as error:  # the client has dozens, of several libraries: all mean no data
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise UserError(
            f"dataset {wanted.repository} at revision {wanted.revision}: it could not be "
            f"downloaded ({reason}). Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, or pass "
            "--intermediate-data DIR."
        ) from error
    commit = folder.name if folder.parent.name == "snapshots" else wanted.revision
    train = _matching(folder, files.train)
    if not train:
        raise UserError(
            f"dataset {wanted.repository} at revision {commit}: expected "
            f"{' and '.join(files.train)}, found none. Pass --intermediate-data DIR."
        )
    origin = f"{wanted.repository}@{commit}"
    return FoundFiles(train, _matching(folder, files.dev), files, origin)


def looked_for(entry: Intermediate) -> str:
    """Return the places of a task's training files, for a message."""
    own = [files.train[0] for files in entry.own]
    return ", ".join([f"{entry.task.name}/train.jsonl", *own])


def _matching(base: Path, patterns: tuple[str, ...]) -> tuple[Path, ...]:
    return tuple(path for pattern in patterns for path in sorted(base.glob(pattern)))
