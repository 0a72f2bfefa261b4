"""Where the parquet files of the Hub dataset ``google/xtreme`` are: in a folder, or on the Hub."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from xlbench.data.shards import require_all_shards
from xlbench.data.source import SourceKind
from xlbench.errors import UserError
from xlbench.extras import require

REPOSITORY = "google/xtreme"


class Store(Protocol):
    """Where the parquet files are: a folder here, or the Hub."""

    @property
    def kind(self) -> SourceKind: ...

    @property
    def root(self) -> str: ...

    def has(self, config: str) -> bool:
        """Return whether the config is there, without downloading it."""
        ...

    def files(self, config: str, split: str) -> tuple[Path, ...]:
        """Return the split's files in order, none if it is not there."""
        ...


class MirrorStore:
    """A folder with ``CONFIG/SPLIT-0000N-of-0000M.parquet``."""

    kind: SourceKind = "hub-mirror"

    def __init__(self, folder: Path) -> None:
        self.root = str(folder)
        self._folder = folder

    def has(self, config: str) -> bool:
        return any((self._folder / config).glob("*.parquet"))

    def files(self, config: str, split: str) -> tuple[Path, ...]:
        """Return the split's files in order.

        Raises:
            UserError: one of the set is missing.
        """
        return require_all_shards(sorted((self._folder / config).glob(f"{split}-*.parquet")))


class HubStore:
    """The dataset on the Hub; what is asked for is downloaded into the Hub's own cache.

    The client honours ``HF_ENDPOINT``, ``HF_HUB_OFFLINE`` and ``HF_HOME``.

    Args:
        revision: branch, tag or commit. ``root`` names the commit once it is known.
        cache_dir: the cache, ``None`` for the client's own.
        download: ``huggingface_hub.snapshot_download``, or what takes its place in tests.
    """

    kind: SourceKind = "hub"

    def __init__(
        self,
        revision: str = "main",
        cache_dir: Path | None = None,
        download: Callable[..., Any] | None = None,
    ) -> None:
        self.root = f"{REPOSITORY}@{revision}"
        self._revision = revision
        self._cache_dir = cache_dir
        self._download = download
        self._known: dict[tuple[str, str], tuple[Path, ...]] = {}

    def has(self, config: str) -> bool:
        return True  # every language of the tasks that name a config is on the Hub

    def files(self, config: str, split: str) -> tuple[Path, ...]:
        """Return the split's files, downloaded if need be.

        Raises:
            UserError: the Hub cannot be reached and the cache does not hold the files.
        """
        if (config, split) not in self._known:
            self._known[config, split] = self._fetch(config, split)
        return self._known[config, split]

    def _fetch(self, config: str, split: str) -> tuple[Path, ...]:
        pattern = f"{config}/{split}-*.parquet"
        if self._download is None:
            require("measure", "huggingface_hub")
            from huggingface_hub import snapshot_download

            self._download = snapshot_download
        try:
            folder = Path(
                self._download(
                    REPOSITORY,
                    repo_type="dataset",
                    revision=self._revision,
                    cache_dir=self._cache_dir,
                    allow_patterns=[pattern],
                )
            )
        except Exception as error:  # the client has dozens, of several libraries: all mean no data
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise UserError(
                f"dataset {REPOSITORY} at revision {self._revision}: {pattern} could not be "
                f"downloaded ({reason}). Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, or "
                "pass --data DIR with a mirror of the dataset, or --data sample."
            ) from error
        # All later files must come from the commit of the first, even if the branch moves.
        self._revision = folder.name if folder.parent.name == "snapshots" else self._revision
        self.root = f"{REPOSITORY}@{self._revision}"
        return MirrorStore(folder).files(config, split)
