"""Whatever ends a measurement: what was measured is on disk, and how it ended is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from xlbench.errors import UserError
from xlbench.interrupts import Interrupted, heard_once
from xlbench.results.manifest import Status
from xlbench.results.result import Result

T = TypeVar("T")


def keeping(
    work: Callable[[], T], keep: Callable[[Status], Result], go_on: str
) -> tuple[T, Result]:
    """Do the work and then, however it ended, keep what it brought.

    Args:
        work: measures.
        keep: writes what is not written yet; told how the work ended.
        go_on: what to do after an interrupt, in words.

    Returns:
        What the work returned, and the result.

    Raises:
        Interrupted: by Ctrl-C or SIGTERM; the message says what is kept.
        UserError: it can't be written any more.
        Exception: what the work raised.
    """
    with heard_once():
        try:
            brought = work()
        except KeyboardInterrupt:
            raise Interrupted(f"interrupted; {_told(keep('interrupted'))}. {go_on}") from None
        except BaseException:
            keep("interrupted")
            raise
        return brought, keep("finished")


def in_order(*steps: Callable[[], object]) -> None:
    """Take every step, whatever becomes of those before it.

    Raises:
        UserError: that of the first step that failed with one.
    """
    first: UserError | None = None
    for step in steps:
        try:
            step()
        except UserError as error:
            first = first or error
    if first is not None:
        raise first


def _told(result: Result) -> str:
    measured = sum(row["status"] == "ok" for row in result.cells)
    visits = sum(row["n_visits"] or 0 for row in result.cells)
    return f"{measured} of {len(result.cells)} cells ({visits} visits) are kept in {result.name}"
