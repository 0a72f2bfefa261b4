"""What a pass predicted, on its way from worker to controller: a frame at a time.

Neither end holds more of it in memory than a frame and what the shelves keep there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from xlbench.held.matrix import forget_pages, stacked
from xlbench.held.shelf import Shelf
from xlbench.predictions import Prediction
from xlbench.workers.protocol import Predicted, Visited

PER_FRAME = 1024


def in_frames(visited: Visited) -> Iterator[Visited | Predicted]:
    """Yield a reply without its predictions, then those, and last a frame that says so."""
    yield replace(visited, predictions=None, embeddings=None)
    predictions, embeddings = visited.predictions, visited.embeddings
    for start in range(0, len(predictions or ()), PER_FRAME):
        assert predictions is not None
        yield Predicted(tuple(predictions[start : start + PER_FRAME]), None, last=False)
    for start in range(0, 0 if embeddings is None else len(embeddings), PER_FRAME):
        assert embeddings is not None
        yield Predicted(None, np.array(embeddings[start : start + PER_FRAME]), last=False)
        forget_pages(embeddings)
    yield Predicted(None, None, last=True)


def joined(visited: Visited, frames: Iterable[Predicted]) -> Visited:
    """Return the reply whole again, from the frames behind it."""
    predictions = Shelf[Prediction]()

    def embeddings() -> Iterator[np.ndarray]:
        for frame in frames:
            predictions.extend(frame.predictions or ())
            if frame.embeddings is not None:
                yield frame.embeddings

    vectors = stacked(embeddings())
    return replace(
        visited,
        predictions=predictions if len(predictions) else None,
        embeddings=vectors if len(vectors) else None,
    )
