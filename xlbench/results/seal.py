"""A digest inside a Parquet file that tells whether any bit of it has changed since.

Page checksums cover the pages and not the footer, where a flipped bit makes other numbers of
good pages. So the footer's metadata holds the SHA-256 of the whole file, taken with zeros in
the digest's own place. Other readers see one more entry of metadata.
"""

from __future__ import annotations

import hashlib
from typing import Literal

KEY = b"xlbench_seal"
_MARK = b"xlbench-sha256:"
_DIGITS = 64
UNSEALED = _MARK + b"0" * _DIGITS
"""The value of ``KEY`` in the metadata that a file is written with."""

State = Literal["whole", "changed", "rewritten", "unsealed"]


def sealed(data: bytes) -> bytes:
    """Return the file with its digest.

    Args:
        data: a Parquet file with ``UNSEALED`` in its metadata.
    """
    place = _place(data)
    assert place is not None, "the metadata has no seal"
    return data[:place] + _digest(data, place) + data[place + _DIGITS :]


def state(data: bytes) -> State:
    """Tell whether a file is as it was written.

    ``unsealed``: there is no digest in it. ``rewritten``: another program read the table and
    wrote it again; Arrow then takes the metadata over as they were before the digest stood in
    them, all zeros, which no flipped bit makes of a digest.
    """
    place = _place(data)
    if place is None:
        return "unsealed"
    if data[place : place + _DIGITS] == b"0" * _DIGITS:
        return "rewritten"
    return "whole" if data[place : place + _DIGITS] == _digest(data, place) else "changed"


def _place(data: bytes) -> int | None:
    # The last one: a prediction may hold the same words, but the footer's metadata comes last.
    found = data.rfind(_MARK)
    return None if found < 0 else found + len(_MARK)


def _digest(data: bytes, place: int) -> bytes:
    digest = hashlib.sha256()
    for part in (data[:place], b"0" * _DIGITS, data[place + _DIGITS :]):
        digest.update(part)
    return digest.hexdigest().encode()
