"""What is installed with xlbench only if asked for, and what to say where it is missing."""

from __future__ import annotations

import importlib.util
import sys

from xlbench.errors import UserError


def require(extra: str, *modules: str) -> None:
    """Return if this interpreter has the modules; nothing is imported.

    Args:
        extra: the extra of xlbench that brings them, e.g. ``measure``.
        modules: names at the top, e.g. ``torch``.

    Raises:
        UserError: one of them is not installed; says how to get it.
    """
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    if lacking:
        raise UserError(
            f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not installed in "
            f"{sys.executable}: pip install 'xlbench[{extra}]'"
        )
