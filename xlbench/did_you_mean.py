"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `` (did you mean xnli?)``, or nothing where no known name is near."""
    by_folded = {one.casefold(): one for one in known}
    # The length bounds the time: the comparison is quadratic in it.
    near = get_close_matches(name.casefold()[:80], by_folded, n=1, cutoff=0.6)
    return f" (did you mean {by_folded[near[0]]}?)" if near else ""
