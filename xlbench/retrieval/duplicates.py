"""Equal sentences: mined as one, and told apart by nothing but their ids.

Source: ``text_load_unify``, ``unique_embeddings`` and ``read_sent2id`` in
google-research/xtreme, third_party/utils_retrieve.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np


def last_of_each(texts: Sequence[str]) -> np.ndarray:
    """Return one index for each distinct text, in the order in which they first appear.

    The index is that of the last appearance: XTREME keeps the embedding computed last.
    """
    last: dict[str, int] = {}
    for i, text in enumerate(texts):
        last[text] = i
    return np.fromiter(last.values(), np.int64, len(last))


def repeated(texts: Sequence[str]) -> set[int]:
    """Return the indices of texts that appear more than once, white space around them aside.

    Their ids cannot be told from their text, so that XTREME gives them no translation.
    """
    stripped = [text.strip() for text in texts]
    counts = Counter(stripped)
    return {i for i, text in enumerate(stripped) if counts[text] > 1}
