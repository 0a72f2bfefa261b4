"""Fetching: a checkpoint's files from the Hub at one commit, verified.

Only safetensors, ``config.json`` and tokenizer files are downloaded: no pickles, no code.
The client (huggingface_hub, imported when first needed) honours ``HF_ENDPOINT``,
``HF_HUB_OFFLINE``, ``HF_TOKEN`` and ``HF_HOME``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench.checkpoints.digest import sha256_of
from xlbench.checkpoints.folders import (
    TOKENIZER_FILES,
    has_tokenizer,
    no_safetensors,
    weight_files,
)
from xlbench.checkpoints.hub_errors import Unreachable, explain
from xlbench.checkpoints.stored_tensors import stored_tensors
from xlbench.errors import UserError
from xlbench.extras import require

_WEIGHTS = re.compile(r"model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LISTING_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Files of one commit in a local folder."""

    folder: str
    commit: str | None


class Hub:
    """The way to the Hub: downloads, and remembers what was verified and that it can't be reached.

    Args:
        cache_dir: where downloads go; ``None``: the client's own cache.
        endpoint: address of the Hub or a mirror; ``None``: the client's own.
    """

    def __init__(self, cache_dir: str | None = None, endpoint: str | None = None) -> None:
        self._cache_dir, self._endpoint = cache_dir, endpoint
        self._unreachable: str | None = None
        self._verified: dict[tuple[str, str], Snapshot] = {}
        self._listings: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}

    def checkpoint(self, name: str, repo: str, revision: str) -> Snapshot:
        """Return config, tokenizer and weights of a repository, complete and verified.

        A pinned commit that is in the cache is taken from there without a look at the network;
        a branch may have moved, so it is asked for first and its cached state is the fallback.

        Args:
            name: the checkpoint as the user knows it, for messages.
            repo: ``owner/name``.
            revision: commit, tag or branch.

        Raises:
            UserError: it can't be had, with the reason and what to do.
        """
        key = (repo, revision)
        if key not in self._verified:
            where = self._where(name, repo, revision)
            cached = self._cached_checkpoint(repo, revision, where)
            pinned = _COMMIT.fullmatch(revision) is not None
            if cached is not None and pinned and has_tokenizer(Path(cached.folder)):
                snapshot = cached
            else:
                try:
                    snapshot = self._download_checkpoint(name, repo, revision, where)
                except Unreachable:
                    if cached is None:
                        raise
                    snapshot = cached
            for file in weight_files(Path(snapshot.folder), where):
                _check_sum(file, where)
            self._verified[key] = snapshot
        return self._verified[key]

    def config(self, name: str, repo: str, revision: str) -> Snapshot:
        """Return a folder with the repository's ``config.json``, from the cache or the Hub."""
        cached = self._cached(repo, "config.json", revision)
        if cached is not None:
            return _snapshot(cached)
        return self._download(name, repo, revision, lambda file: file == "config.json")

    def tokenizer(self, name: str, repo: str, revision: str) -> Snapshot:
        """Return a folder with the repository's tokenizer, downloaded."""
        got = self._download(name, repo, revision, lambda f: f in (*TOKENIZER_FILES, "config.json"))
        if not has_tokenizer(Path(got.folder)):
            raise UserError(f"{self._where(name, repo, revision)}: the repository has no tokenizer")
        return got

    def cached_tokenizer(self, repo: str, revision: str) -> Snapshot | None:
        """Return a folder of the cache with the repository's tokenizer, or ``None``."""
        for file in TOKENIZER_FILES:
            cached = self._cached(repo, file, revision)
            if cached is not None and has_tokenizer(cached.parent):
                return _snapshot(cached)
        return None

    def _cached(self, repo: str, file: str, revision: str) -> Path | None:
        require("measure", "huggingface_hub")
        from huggingface_hub import try_to_load_from_cache

        path = try_to_load_from_cache(repo, file, cache_dir=self._cache_dir, revision=revision)
        return Path(path) if isinstance(path, str) else None

    def _cached_checkpoint(self, repo: str, revision: str, where: str) -> Snapshot | None:
        """Return the cached snapshot if its weights are whole."""
        config = self._cached(repo, "config.json", revision)
        if config is None:
            return None
        try:
            weight_files(config.parent, where)
        except UserError:
            return None
        return _snapshot(config)

    def _download_checkpoint(self, name: str, repo: str, revision: str, where: str) -> Snapshot:
        _, files = self._listing(name, repo, revision)
        if not any(_WEIGHTS.fullmatch(file) for file in files):
            raise no_safetensors(where, list(files))
        wanted = ("config.json", *TOKENIZER_FILES)
        return self._download(
            name, repo, revision, lambda f: f in wanted or _WEIGHTS.fullmatch(f) is not None
        )

    def _listing(self, name: str, repo: str, revision: str) -> tuple[str, tuple[str, ...]]:
        """Return the commit of a revision and the names of its files."""
        require("measure", "huggingface_hub")
        from huggingface_hub import HfApi

        key = (repo, revision)
        if key not in self._listings:
            api = HfApi(self._endpoint)
            info = self._attempt(
                name,
                repo,
                revision,
                None,
                lambda: api.model_info(repo, revision=revision, timeout=_LISTING_TIMEOUT_S),
            )
            files = tuple(sibling.rfilename for sibling in info.siblings or ())
            self._listings[key] = (str(info.sha), files)
        return self._listings[key]

    def _download(
        self, name: str, repo: str, revision: str, wanted: Callable[[str], bool]
    ) -> Snapshot:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.utils import disable_progress_bars

        if not sys.stderr.isatty():
            disable_progress_bars()
        commit, files = self._listing(name, repo, revision)
        where = self._where(name, repo, revision)

        def get(file: str, commit: str) -> Path:
            return Path(
                self._attempt(
                    name,
                    repo,
                    revision,
                    file,
                    lambda: hf_hub_download(
                        repo,
                        file,
                        revision=commit,
                        cache_dir=self._cache_dir,
                        endpoint=self._endpoint,
                    ),
                )
            )

        paths = []
        # Weights last: where they are in the cache, nothing else is missing.
        for file in sorted(filter(wanted, files), key=lambda f: f.endswith(".safetensors")):
            paths.append(get(file, commit))
            if file.endswith(".safetensors"):
                _drop_if_broken(paths[-1], where)
        if not paths:
            raise UserError(f"{where}: none of the files needed is in the repository")
        if revision != commit:
            # Makes the cache remember where the branch pointed, for a time without network.
            get(paths[-1].name, revision)
        return Snapshot(str(paths[0].parent), commit)

    def _where(self, name: str, repo: str, revision: str) -> str:
        from huggingface_hub import constants

        endpoint = self._endpoint or constants.ENDPOINT
        return f"checkpoint {name!r} ({repo} at revision {revision}, from {endpoint})"

    def _attempt(
        self, name: str, repo: str, revision: str, file: str | None, call: Callable[[], Any]
    ) -> Any:
        """Return what ``call`` returns; its exceptions become errors for the user."""
        where = self._where(name, repo, revision)
        if self._unreachable is not None:
            raise Unreachable(where, self._unreachable)
        try:
            return call()
        except Exception as error:  # the client has dozens, of several libraries
            problem = explain(error, file, where)
            if isinstance(problem, Unreachable):
                self._unreachable = problem.problem
            raise problem from error


def _snapshot(file: Path) -> Snapshot:
    return Snapshot(str(file.parent), file.parent.name)


def _drop_if_broken(file: Path, where: str) -> None:
    try:
        stored_tensors(file, where)
        _check_sum(file, where)
    except UserError:
        # Left in the cache, it would be taken for good by everybody.
        file.resolve().unlink(missing_ok=True)
        file.unlink(missing_ok=True)
        raise


def _check_sum(file: Path, where: str) -> None:
    """Compare a file with the SHA-256 that the Hub gave for it, which is its name in the cache."""
    promised = file.resolve().name
    if _SHA256.fullmatch(promised) is None:
        return
    found = sha256_of(file)
    if found != promised:
        raise UserError(
            f"{where}: {file.name} has the wrong checksum: the Hub promises SHA-256 "
            f"{promised[:12]}..., the file has {found[:12]}.... Delete {file} and run "
            "again; if it stays so, a proxy changes files on the way: use a local copy "
            "(--ckpt ./FOLDER)."
        )
