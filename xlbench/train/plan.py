"""What is to be trained: suites, seeds and phases, as values; nothing is read or trained here."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.train import mlm
from xlbench.train.intermediate import INTERMEDIATE
from xlbench.train.target_sets import TRAINED, shared_by

NONE, ALL = "none", "all"
RETRIEVAL = tuple(name for name in TASKS if name not in TRAINED)


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``xlbench train`` was asked for; a run is continued with the same.

    Attributes:
        model: entry of the catalogue, repository on the Hub, or folder.
        intermediate: names of intermediate tasks, ``none`` and ``all`` among them.
        targets: names of target tasks.
        data, intermediate_data: folder or ``hub``.
        seeds: number of seeds.
        limit: the most examples of a training set.
        mlm: folder of text for masked language modelling in phase 2.
        translated: folder of machine-translated intermediate tasks.
        revision: of a repository on the Hub.
        checkpoints: file of further entries.
        skip_malformed: whether malformed rows are left out.
        recipe: changes to the recipes, by the name of the field.
    """

    model: str
    intermediate: tuple[str, ...]
    targets: tuple[str, ...]
    data: str
    intermediate_data: str | None
    seeds: int = 1
    limit: int | None = None
    mlm: str | None = None
    translated: str | None = None
    revision: str = "main"
    checkpoints: str | None = None
    skip_malformed: bool = False
    recipe: tuple[tuple[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Settings:
        """Return the settings that ``to_json`` wrote."""
        lists = {name: tuple(value[name]) for name in ("intermediate", "targets")}
        recipe = tuple((str(name), changed) for name, changed in value["recipe"])
        return cls(**{**value, **lists, "recipe": recipe})


@dataclass(frozen=True, slots=True)
class Suite:
    """One arm to train: an encoder, then a head for each target.

    Attributes:
        name: ``base``, ``stilts-mnli``, with ``-s1`` where there are several seeds.
        seed: of heads, order and dropout.
        sets: names of the sets that phase 2 trains on, empty for the encoder as it is.
    """

    name: str
    seed: int
    sets: tuple[str, ...]


def suites(settings: Settings) -> tuple[Suite, ...]:
    """Return the suites in the order in which they are trained.

    Raises:
        UserError: an intermediate task is unknown.
    """
    found = []
    for seed in range(1, settings.seeds + 1):
        for name in settings.intermediate:
            sets = _sets(name)
            if settings.mlm is not None:
                sets = (*sets, mlm.NAME)
            suffix = f"-s{seed}" if settings.seeds > 1 else ""
            found.append(Suite(_suite_name(name, settings) + suffix, seed, sets))
    return tuple(found)


def _sets(name: str) -> tuple[str, ...]:
    if name == NONE:
        return ()
    if name == ALL:
        return tuple(INTERMEDIATE)
    # A mix of some is written with plus signs; the name of ANLI+ ends with one.
    parts = tuple(part for part in _split(name) if part)
    for part in parts:
        if part not in INTERMEDIATE:
            known = ", ".join((NONE, *INTERMEDIATE, ALL))
            raise UserError(
                f"--intermediate: no task is called {part!r}. Choose from: {known}; several at "
                "once, mixed, are written with plus signs: mnli+squad."
            )
    return parts


def _split(name: str) -> list[str]:
    if name in INTERMEDIATE:
        return [name]
    for known in sorted(INTERMEDIATE, key=len, reverse=True):
        if name.startswith(f"{known}+"):
            return [known, *_split(name[len(known) + 1 :])]
    return name.split("+")


def _suite_name(name: str, settings: Settings) -> str:
    whole = "base" if name == NONE else f"stilts-{name}"
    if settings.mlm is not None:
        whole += "-mlm"
    if settings.translated is not None and name != NONE:
        whole += "-mt"
    return whole


def targets(names: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the target tasks asked for, all of them for ``None``.

    Raises:
        UserError: one is unknown.
    """
    for name in names or ():
        if name not in TASKS:
            raise UserError(f"--targets: no task is called {name!r}. There are: {' '.join(TASKS)}.")
    return names or tuple(TASKS)


def heads_to_train(asked: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the training sets to fine-tune on, each with the asked tasks that its head is for.

    XQuAD and MLQA have one: it is trained once, and goes by the first of them.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in asked:
        if name in TRAINED and not any(name in tasks for tasks in found.values()):
            found[name] = tuple(task for task in shared_by(name) if task in asked)
    return found


def folder_of(out: Path, suite: Suite, part: str) -> Path:
    """Return the folder of a suite's encoder (``encoder``) or of a head."""
    return out / suite.name / part
