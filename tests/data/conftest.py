"""Small folders of XTREME's files, written for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xlbench.data.malformed import MalformedRows

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file below ``tmp_path`` and returns its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def stop() -> MalformedRows:
    """The policy that raises at a malformed row."""
    return MalformedRows(skip=False)


@pytest.fixture
def skip() -> MalformedRows:
    """The policy that leaves malformed rows out."""
    return MalformedRows(skip=True)
