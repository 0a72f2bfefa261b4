"""Which columns of a table a reader asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError

T = TypeVar("T")


def chosen(known: Mapping[str, T], names: Sequence[str], always: Sequence[str]) -> list[T]:
    """Return the columns ``always`` and then those named, each once.

    Args:
        known: columns by name, in the order of the table.
        names: as on the command line; ``all`` is all.
        always: names of the columns without which a line would belong to nothing.

    Raises:
        UserError: a name is not known.
    """
    by_folded = {name.casefold(): name for name in known}
    wanted = dict.fromkeys(always)
    for name in known if "all" in names else names:
        if name.casefold() not in by_folded:
            raise UserError(
                f"--columns: {name!r} is not a column of the table{did_you_mean(name, known)}; "
                f"expected some of {','.join(name for name in known if name not in always)}"
            )
        wanted[by_folded[name.casefold()]] = None
    return [known[name] for name in wanted]
