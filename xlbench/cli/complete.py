"""What a shell may put in place of a word that is not yet whole."""

from __future__ import annotations

from collections.abc import Iterable


def complete_tasks(incomplete: str) -> list[str]:
    """Return lists of tasks that begin as ``incomplete`` does."""
    from xlbench.tasks.catalogue import TASKS

    return _longer(incomplete, ("all", *TASKS))


def complete_langs(incomplete: str) -> list[str]:
    """Return lists of language codes that begin as ``incomplete`` does."""
    from xlbench.languages import LANGUAGES

    return _longer(incomplete, ("all", *LANGUAGES))


def complete_scenarios(incomplete: str) -> list[str]:
    """Return lists of scenarios that begin as ``incomplete`` does."""
    from xlbench.cell import SCENARIOS

    return _longer(incomplete, SCENARIOS)


def complete_arms(incomplete: str) -> list[str]:
    """Return names of checkpoints and suites, or ``NAME@key=`` for the options of one."""
    from xlbench.arm_options import ARM_OPTIONS
    from xlbench.checkpoints.catalogue import load_catalogue

    name, at, tail = incomplete.partition("@")
    if at:
        done, comma, word = tail.rpartition(",")
        before = f"{name}@{done}{comma}"
        keys = (f"{option.key}=" for option in ARM_OPTIONS.values())
        return [before + key for key in keys if key.startswith(word)]
    catalogue = load_catalogue()
    known = dict.fromkeys((*catalogue.suites, *catalogue.entries))
    return [each for each in known if each.startswith(incomplete)]


def _longer(incomplete: str, known: Iterable[str]) -> list[str]:
    done, comma, word = incomplete.rpartition(",")
    named = done.split(",")
    return [f"{done}{comma}{each}" for each in known if each.startswith(word) and each not in named]
