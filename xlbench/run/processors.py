"""Whether the processors that are asked for are there, known before any worker starts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from xlbench.errors import UserError

_NAMED = 8


def check_processors(option: str, cpus: Sequence[int]) -> None:
    """Raise ``UserError`` where this process may not use all of the processors.

    Args:
        option: what names them, for the message.
        cpus: their numbers.
    """
    if not hasattr(os, "sched_setaffinity"):
        return
    # Affinity is a thread's own: asking the kernel in another one leaves this one where it is.
    with ThreadPoolExecutor(1) as other:
        lacking = other.submit(_lacking, frozenset(cpus)).result()
    if not lacking:
        return
    more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    allowed = ",".join(map(str, sorted(os.sched_getaffinity(0))[:_NAMED]))
    raise UserError(
        f"{option}: there is no processor {', '.join(map(str, lacking[:_NAMED]))}{more} that this "
        f"process may use (now it is on {allowed}; `nproc` and `taskset -pc $$` tell); name others"
    )


def _lacking(wanted: frozenset[int]) -> list[int]:
    """Return those of the processors that the kernel does not let a thread have.

    Of a set that holds some that are there it takes those without a word.
    """
    try:
        os.sched_setaffinity(0, wanted)
    except OSError:
        return sorted(wanted)
    return sorted(wanted - os.sched_getaffinity(0))
