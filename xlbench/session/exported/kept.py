"""Folders that are made once and kept: whole or not at all, and checked before use.

A folder is made under another name and renamed when it is complete. A file in it, ``made.json``,
holds the digest of every other; one that does not fit is made anew.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xlbench.checkpoints.digest import sha256_of
from xlbench.errors import UserError

_MADE = "made.json"
_STALE_S = 24 * 3600.0


def kept_in(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's caches that exports are kept in.

    ``XLBENCH_CACHE``, else ``xlbench`` in ``XDG_CACHE_HOME`` or ``~/.cache``.
    """
    given = environment.get("XLBENCH_CACHE")
    if given:
        return Path(given) / "exported"
    home = environment.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "xlbench" / "exported"


def kept(root: Path, key: str, make: Callable[[Path], Mapping[str, Any]]) -> tuple[Path, Any]:
    """Return the folder of a key, and what was said of it when it was made.

    Args:
        root: of all folders.
        key: names it.
        make: fills a new folder with files; returns what is to be said of it, JSON-ready.

    Raises:
        UserError: it can't be written there.
    """
    folder = root / key
    said = _said(folder)
    if said is not None:
        return folder, said
    try:
        root.mkdir(parents=True, exist_ok=True)
        _sweep(root)
        fresh = Path(tempfile.mkdtemp(prefix=".", dir=root))
    except OSError as error:
        raise _unwritable(root, error) from None
    try:
        said = dict(make(fresh))
        _seal(fresh, said)
        _put(fresh, folder)
    except OSError as error:
        raise _unwritable(root, error) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder, said


def _said(folder: Path) -> Any:
    """Return what was said of a folder; ``None``: it is not there, or not as it was made."""
    try:
        made = json.loads((folder / _MADE).read_text(encoding="utf-8"))
        whole = all(sha256_of(folder / name) == digest for name, digest in made["files"].items())
        return made["said"] if whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _seal(folder: Path, said: Mapping[str, Any]) -> None:
    files = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
    text = json.dumps({"files": files, "said": said}, indent=1)
    (folder / _MADE).write_text(text, encoding="utf-8")


def _put(fresh: Path, folder: Path) -> None:
    """Rename; another process may have done so first, and then its folder is as good."""
    if folder.exists() and _said(folder) is None:
        broken = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
        folder.replace(broken)
        shutil.rmtree(broken, ignore_errors=True)
    try:
        fresh.replace(folder)
    except OSError:
        if _said(folder) is None:
            raise


def _sweep(root: Path) -> None:
    """Take away what processes left that were killed while they made a folder."""
    for left in root.glob(".*"):
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)


def _unwritable(root: Path, error: OSError) -> UserError:
    return UserError(
        f"{root}: exported models can't be kept there ({error.strerror or error}): make room or "
        "set XLBENCH_CACHE to another folder"
    )
