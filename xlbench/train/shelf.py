"""Training sets and their features, read once however many suites use them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbench.data.malformed import MalformedRows
from xlbench.data.open import open_source
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.train import mlm
from xlbench.train.features import Feature, features
from xlbench.train.intermediate import INTERMEDIATE
from xlbench.train.intermediate_sets import is_there, read_intermediate
from xlbench.train.mlm import Text, TextLine
from xlbench.train.overlap import Keys, evaluation_keys, shared_rows
from xlbench.train.plan import ALL, RETRIEVAL, Settings, Suite
from xlbench.train.target_sets import read_target
from xlbench.train.training_set import TrainingSet

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


class Shelf:
    """Reads what is asked for at the first time.

    Args:
        settings: where data is.
        tokenizer: of the model.
    """

    def __init__(self, settings: Settings, tokenizer: PreTrainedTokenizerFast) -> None:
        self._settings, self._tokenizer = settings, tokenizer
        self.bad = MalformedRows(skip=settings.skip_malformed)
        self._sets: dict[str, TrainingSet | Text] = {}
        self._features: dict[str, list[Feature]] = {}
        self._shared: dict[tuple[str, ...], dict[str, int]] = {}
        self._keys: Keys | None = None
        self._keys_read = False

    def intermediate(self, suite: Suite) -> tuple[str, ...]:
        """Return the names of the suite's sets of phase 2 that there is data for.

        ``all`` means all that are there; a set that is asked for by name must be there.
        """
        if len(suite.sets) < len(INTERMEDIATE):
            return suite.sets
        data = self._settings.intermediate_data
        there = [s for s in suite.sets if s == mlm.NAME or (data and is_there(s, data))]
        if not there:
            raise UserError(f"--intermediate {ALL}: {data} has none of the intermediate tasks.")
        return tuple(there)

    def phase_two(self, name: str) -> TrainingSet | Text:
        """Return a set of phase 2 by its name."""
        if name not in self._sets:
            self._sets[name] = self._read(name)
        return self._sets[name]

    def target(self, task: str) -> TrainingSet:
        """Return the English training set of a target task."""
        key = f"target {task}"
        if key not in self._sets:
            asked = self._settings
            self._sets[key] = read_target(
                task, asked.data, asked.intermediate_data, self.bad, asked.limit
            )
        found = self._sets[key]
        assert isinstance(found, TrainingSet)
        return found

    def features(self, trained_on: TrainingSet | Text) -> list[Feature]:
        """Return a set's features; of long sets this takes minutes at the first time."""
        key = trained_on.fingerprint + getattr(trained_on, "name", mlm.NAME)
        if key not in self._features:
            if isinstance(trained_on, Text):
                found = mlm.text_features(self._tokenizer, trained_on.lines)
            else:
                found = features(self._tokenizer, trained_on.task, trained_on.train)
            self._features[key] = found
        return self._features[key]

    def shared(self, sets: Mapping[str, TrainingSet | Text]) -> dict[str, int] | None:
        """Return the English evaluation rows that are in the sets, by task; see ``overlap``."""
        if not self._keys_read:
            self._keys, self._keys_read = self._evaluation(), True
        if self._keys is None:
            return None
        key = tuple(f"{name} {trained_on.fingerprint}" for name, trained_on in sets.items())
        if key not in self._shared:
            self._shared[key] = self._count(sets, self._keys)
        return self._shared[key]

    @staticmethod
    def _count(sets: Mapping[str, TrainingSet | Text], keys: Keys) -> dict[str, int]:
        rows: list[Any] = []
        for trained_on in sets.values():
            rows += trained_on.lines if isinstance(trained_on, Text) else trained_on.train
        found = shared_rows(rows, keys)
        lines = any(isinstance(row, TextLine) for row in rows)
        return {task: n for task, n in found.items() if lines or task not in RETRIEVAL}

    def _read(self, name: str) -> TrainingSet | Text:
        asked = self._settings
        if name == mlm.NAME:
            assert asked.mlm is not None
            return mlm.read_text(Path(asked.mlm).expanduser(), asked.limit)
        if asked.intermediate_data is None:
            raise UserError(
                f"--intermediate {name} needs data: pass --intermediate-data DIR, or hub."
            )
        translated = None if asked.translated is None else Path(asked.translated).expanduser()
        return read_intermediate(
            name, asked.intermediate_data, self.bad, asked.limit, translated=translated
        )

    def _evaluation(self) -> Keys | None:
        asked = self._settings
        try:
            source = open_source(asked.data, TASKS, skip_malformed=True)
        except UserError:
            return None  # a folder of training files alone
        return evaluation_keys(source, [TASKS[name] for name in asked.targets])
