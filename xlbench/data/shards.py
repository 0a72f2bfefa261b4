"""Whether the files of a set are all there: ``SPLIT-0000N-of-0000M.parquet``, N from 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from xlbench.errors import UserError

_SHARD = re.compile(r"(.+)-(\d{5})-of-(\d{5})((?:-[0-9a-f]+)?\.\w+)")


def require_all_shards(files: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files, which are those of one set.

    Files whose names don't say of how many they are, are taken as they are.

    Raises:
        UserError: a shard is missing, or there are shards of several sets.
    """
    shards = [(path, match) for path in files if (match := _SHARD.fullmatch(path.name))]
    totals = sorted({match[3] for _, match in shards})
    if len(totals) > 1:
        raise UserError(
            f"{shards[0][0].parent}: expected the shards of one set, found some of "
            f"{' and some of '.join(str(int(total)) for total in totals)}. Remove those of the "
            "older set, or download the folder anew."
        )
    there = {int(match[2]) for _, match in shards}
    for number in range(int(totals[0]) if totals else 0):
        if number not in there:
            path, match = shards[0]
            missing = path.with_name(f"{match[1]}-{number:05d}-of-{match[3]}{match[4]}")
            raise UserError(
                f"{missing} is missing: {path.name} says that there are {int(match[3])} files. "
                "Download it, or leave this task out with --tasks."
            )
    return tuple(files)
