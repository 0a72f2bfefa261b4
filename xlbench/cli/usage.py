"""A call that the parser of the command line does not understand, in one line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Sequence

from xlbench.asked import language_codes, task_names
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import printable, shown

_EXTRA = re.compile(r"unexpected extra argument\S* \((.*)\)")
_LISTS = {"--langs": language_codes, "--tasks": task_names}


def usage_error(
    error: Exception, arguments: Sequence[str], commands: Collection[str]
) -> str | None:
    """Return what is wrong with the call and where help is; ``None`` for another error.

    Args:
        error: as the parser raised it.
        arguments: of the command line.
        commands: their names.
    """
    told = getattr(error, "format_message", None)
    if told is None:
        return None
    message = printable(str(told())).removesuffix(".")
    extra = _EXTRA.search(message)
    split = None if extra is None else _split_list(extra[1].split()[0], arguments)
    if split is not None:
        return split
    context = getattr(error, "ctx", None)
    option = getattr(error, "option_name", None)
    if option is not None and context is not None and not hasattr(error, "param"):
        known = [name for each in context.command.params for name in each.opts]
        message = f"there is no option {shown(option)}{did_you_mean(str(option), known)}"
    command = arguments[0] if arguments and arguments[0] in commands else None
    words = filter(None, ("xlbench", command, "--help"))
    end = "" if message.endswith("?") else "."
    return f"{message}{end} See: {' '.join(words)}"


def _split_list(extra: str, arguments: Sequence[str]) -> str | None:
    """A list of names that the shell split at its spaces."""
    for option, names in _LISTS.items():
        try:
            names(option, extra.strip(","))
        except UserError:
            continue
        after = [each.strip(",") for each in _after(option, arguments)]
        if extra.strip(",") in after:
            joined = ",".join(filter(None, after))
            return f"{option}: names are separated by commas without spaces: {option} {joined}"
    return None


def _after(option: str, arguments: Sequence[str]) -> list[str]:
    """The words between an option and the next one."""
    if option not in arguments:
        return []
    words = arguments[arguments.index(option) + 1 :]
    return list(itertools.takewhile(lambda word: not word.startswith("-"), words))
