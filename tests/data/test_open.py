from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlbench.data.open import open_source
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS


@pytest.mark.parametrize("below", [".", "download", "data"])
def test_a_folder_of_files_is_found_by_looking(write, tmp_path, below) -> None:
    write(f"{below}/xnli/test-de.tsv", "a\tb\tneutral\n")
    source = open_source(str(tmp_path), TASKS)
    assert (source.kind, source.root) == ("folder", str(tmp_path / below))
    assert source.languages("xnli") == ("de",)


def test_a_mirror_is_found_by_looking(tmp_path) -> None:
    (tmp_path / "PAWS-X.de").mkdir()
    rows = {"sentence1": ["a"], "sentence2": ["b"], "label": ["0"]}
    pq.write_table(pa.table(rows), tmp_path / "PAWS-X.de" / "test-00000-of-00001.parquet")
    source = open_source(str(tmp_path), TASKS)
    assert (source.kind, source.languages("pawsx")) == ("hub-mirror", ("de",))


def test_the_sample_is_a_folder_in_the_package() -> None:
    source = open_source("sample", TASKS)
    assert source.kind == "sample"
    assert Path(source.root).parts[-2:] == ("xlbench", "sample")


def test_opening_the_hub_asks_nothing_of_the_network() -> None:
    source = open_source("hub", TASKS, revision="abc")
    assert (source.kind, source.root) == ("hub", "google/xtreme@abc")
    assert len(source.languages("udpos")) == 33


def test_a_folder_without_tasks_is_told_what_was_looked_for(tmp_path) -> None:
    with pytest.raises(UserError, match=r"no task was found.*xnli/test-LG\.tsv.*PAWS-X\.de"):
        open_source(str(tmp_path), TASKS)


def test_a_folder_that_does_not_exist_is_named() -> None:
    with pytest.raises(UserError, match="--data /no/such/place: there is no such folder"):
        open_source("/no/such/place", TASKS)


def test_reading_a_folder_imports_nothing_heavy() -> None:
    code = (
        "import sys; from xlbench.data.open import open_source;"
        "from xlbench.tasks.catalogue import TASKS; open_source('sample', TASKS);"
        ""
        "print({'torch', 'transformers', 'pyarrow', 'huggingface_hub'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
