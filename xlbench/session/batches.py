"""The batches of an open cell, as the controller is told of them."""

from __future__ import annotations

import hashlib

import numpy as np

from xlbench.session.cell import OpenCell
from xlbench.workers.protocol import Batches


def batches_of(cell: OpenCell) -> Batches:
    """Return what the batches of a cell amount to at present."""
    sizes = [batch.padded_tokens for batch in cell.plans]
    return Batches(
        digest=digest(cell),
        count=len(cell.plans),
        largest=int(np.argmax(sizes)) if sizes else 0,
        tokens=sum(batch.tokens for batch in cell.plans),
        padded_tokens=sum(sizes),
        edges=cell.edges,
        batch_size=cell.packing.batch_size,
        tokens_per_batch=cell.packing.tokens_per_batch,
    )


def digest(cell: OpenCell) -> str:
    """Return a digest of the batches: cells that share it have the same units."""
    found = hashlib.blake2b(digest_size=8)
    for batch in cell.plans:
        found.update(f"{len(batch.rows)} {batch.padded_length} ".encode())
        found.update(np.asarray(batch.rows, np.int32).tobytes())
    return found.hexdigest()
