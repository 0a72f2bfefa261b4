"""Names of tasks, languages and scenarios as users write them, in the form in which all rooms do.

``XNLI``, ``PAWS-X``, ``EN``, ``eng`` and ``Swahili`` are understood; what is not known is refused
with the nearest name that is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from xlbench.cell import SCENARIOS, Cell, Scenario
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.printable import shown

_MORE_CODES = {
    "arb": "ar",
    "ekk": "et",
    "fas": "fa",
    "fil": "tl",
    "msa": "ms",
    "swa": "sw",
    "zho": "zh",
    "zsm": "ms",
}
"""ISO 639-3 has codes for a macrolanguage and for its main language."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cells are meant; ``None`` is all."""

    tasks: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    scenarios: tuple[Scenario, ...] | None = None

    def __contains__(self, cell: Cell) -> bool:
        chosen = (self.tasks, self.languages, self.scenarios)
        return all(names is None or name in names for names, name in zip(chosen, cell, strict=True))

    def __str__(self) -> str:
        """The options that ask for it, as they are written."""
        options = {"tasks": self.tasks, "langs": self.languages, "scenario": self.scenarios}
        return " ".join(f"--{k} {','.join(v)}" for k, v in options.items() if v is not None)


EVERYTHING = Wanted()


def task_names(option: str, asked: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the tasks that are asked for by their names; ``None`` for all.

    Args:
        option: what the user calls it.
        asked: names or titles, in one text separated by commas or one by one; ``None`` and
            ``all`` are all.

    Raises:
        UserError: one is not known, or there are none.
    """
    known, names = _tasks()
    return _resolved(option, asked, known, "task", names)


def language_codes(option: str, asked: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the languages that are asked for by XTREME's codes; ``None`` for all.

    Args:
        option: what the user calls it.
        asked: codes of two or three letters, or English names, as for ``task_names``.

    Raises:
        UserError: one is not known, or there are none.
    """
    return _resolved(option, asked, _LANGUAGES, "language of XTREME", LANGUAGES)


def scenario_names(option: str, asked: str | Iterable[str] | None) -> tuple[Scenario, ...]:
    """Return the scenarios that are asked for, in the order of ``SCENARIOS``.

    Raises:
        UserError: one is not known, or there are none.
    """
    known = {_plain(name): name for name in SCENARIOS}
    found = _resolved(option, asked, known, "scenario", SCENARIOS)
    return tuple(name for name in SCENARIOS if found is None or name in found)


def check_known(
    option: str, names: Iterable[str] | None, known: Collection[str], kind: str
) -> None:
    """Raise ``UserError`` for a name that is not one of ``known``."""
    for name in names or ():
        if name not in known:
            raise UserError(unknown(option, name, known, kind))


def unknown(option: str, name: str, known: Collection[str], kind: str) -> str:
    """Return the sentence for a name that is not known."""
    return (
        f"{option}: {shown(name)} is not a {kind}{did_you_mean(name, known)}; "
        f"expected all or some of {','.join(known)}"
    )


def _resolved(
    option: str,
    asked: str | Iterable[str] | None,
    known: Mapping[str, str],
    kind: str,
    named: Collection[str],
) -> tuple[str, ...] | None:
    if asked is None:
        return None
    parts = split_names(option, asked) if isinstance(asked, str) else tuple(asked)
    if not parts:
        raise UserError(f"{option}: expected names separated by commas, or all; found nothing")
    if [part.casefold() for part in parts] == ["all"]:
        return None
    found: dict[str, None] = {}
    for part in parts:
        name = known.get(_plain(part))
        if name is None:
            # Spaces within a list that a shell did not split.
            hint = " Names are separated by commas." if " " in part else ""
            raise UserError(unknown(option, part, named, kind) + hint)
        found[name] = None
    return tuple(found)


def split_names(option: str, text: str) -> tuple[str, ...]:
    """Return the names of a list that are separated by commas; there may be none.

    Raises:
        UserError: it was cut at a space.
    """
    parts = tuple(part.strip() for part in text.split(","))
    if not any(parts):
        return ()
    if "" in parts:
        raise UserError(
            f"{option}: expected names separated by commas without spaces, e.g. {option} "
            f"{','.join(filter(None, (*parts, 'NEXT')))}; found {shown(text)}"
        )
    return parts


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _by_plain(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {_plain(text): name for text, name in pairs}


@cache
def _tasks() -> tuple[Mapping[str, str], Collection[str]]:
    """Names of the tasks by all that they are called, and the names in order."""
    # What tasks do takes numpy; a command that names none need not wait for it.
    from xlbench.tasks.catalogue import TASKS

    called = (
        (text, task.name)
        for task in TASKS.values()
        for text in (task.title, *re.split("-Gold| 20", task.title)[:1], task.name)
    )
    return _by_plain(called), tuple(TASKS)


_LANGUAGES = _by_plain(
    [
        *_MORE_CODES.items(),
        *(
            (text, language.code)
            for language in LANGUAGES.values()
            for text in (language.name, language.iso3, language.code)
        ),
    ]
)
