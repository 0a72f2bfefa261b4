"""Checkpoints that the tests make, and a Hub on loopback that serves them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints_hub import HubServer

EMBEDDED = Path(__file__).parents[2] / "xlbench" / "checkpoints" / "embedded"


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server
