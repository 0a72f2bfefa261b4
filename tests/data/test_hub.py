"""The Hub's layout, from a mirror written for the test and through the real client's cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlbench.data.hub import ParquetSource, is_mirror
from xlbench.data.stores import HubStore, MirrorStore
from xlbench.errors import MalformedInput, UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample

HUB_UPOS = tuple(reversed(TASKS["udpos"].labels))
HUB_NER = ("O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def put(
    root: Path,
    config: str,
    split: str,
    rows: list[dict[str, Any]],
    part: int = 0,
    names: dict[str, tuple[str, ...]] | None = None,
) -> Path:
    features = {
        column: {"feature": {"names": list(own), "_type": "ClassLabel"}, "_type": "Sequence"}
        for column, own in (names or {}).items()
    }
    metadata = {"huggingface": json.dumps({"info": {"features": features}})}
    path = root / config / f"{split}-{part:05}-of-00001.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows).replace_schema_metadata(metadata), path)
    return path


def pair(a: str, label: Any, **more: Any) -> dict[str, Any]:
    return {"sentence1": a, "sentence2": "b", **more, **label}


def qa(name: str, text: str = "Anna", start: int = 5) -> dict[str, Any]:
    answers = {"answer_start": [start], "text": [text]}
    return {
        "id": name,
        "title": "t",
        "context": "Hier Anna",
        "question": "Wer?",
        "answers": answers,
    }


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A mirror with at least one cell of each task."""
    root = tmp_path / "mirror"
    xnli = [("de", "x", "neutral"), ("en", "y", "entailment"), ("de", "z", "contradiction")]
    put(
        root, "XNLI", "test", [pair(a, {"gold_label": label}, language=lg) for lg, a, label in xnli]
    )
    put(root, "PAWS-X.de", "test", [pair("x", {"label": "0"}), pair("y", {"label": "1"})])
    put(root, "PAWS-X.de", "train", [pair("never", {"label": "0"})])
    tags = [HUB_UPOS.index("NOUN"), HUB_UPOS.index("VERB")]
    put(
        root,
        "udpos.German",
        "test",
        [{"tokens": ["Wasser", "kocht"], "pos_tags": tags}],
        names={"pos_tags": HUB_UPOS},
    )
    put(
        root,
        "PAN-X.de",
        "test",
        [{"tokens": ["Anna"], "ner_tags": [1], "langs": ["de"]}],
        names={"ner_tags": HUB_NER},
    )
    put(root, "XQuAD.de", "validation", [qa("1")])
    put(root, "MLQA.de.de", "test", [qa("1")])
    put(root, "tydiqa", "validation", [qa("russian-1"), qa("korean-1"), qa("russian-2")])
    put(root, "bucc18.de", "test", [{"source_sentence": "a", "target_sentence": "x"}])
    put(root, "bucc18.de", "validation", [{"source_sentence": "b", "target_sentence": "y"}])
    put(
        root,
        "tatoeba.cmn",
        "validation",
        [{"source_sentence": f"{c}\n", "target_sentence": f"{c}\n"} for c in "ab"],
    )
    return root


def source(root: Path, **options: Any) -> ParquetSource:
    return ParquetSource(MirrorStore(root), TASKS, **options)


def test_each_task_is_read_as_its_kind(mirror) -> None:
    found = source(mirror)
    assert list(found.examples("xnli", "de")) == [
        PairExample("0", "x", "b", "neutral"),
        PairExample("1", "z", "b", "contradiction"),
    ]
    assert [e.label for e in found.examples("pawsx", "de")] == ["0", "1"]
    assert list(found.examples("udpos", "de")) == [
        TaggingExample("0", ("Wasser", "kocht"), ("NOUN", "VERB"))
    ]
    assert list(found.examples("panx", "de")) == [TaggingExample("0", ("Anna",), ("B-PER",))]
    expected = QuestionExample("1", "Wer?", "Hier Anna", ("Anna",), (5,))
    assert list(found.examples("xquad", "de")) == list(found.examples("mlqa", "de")) == [expected]
    assert [e.id for e in found.examples("tydiqa", "ru")] == ["russian-1", "russian-2"]


def test_retrieval_has_both_sides_and_for_bucc_both_splits(mirror) -> None:
    found = source(mirror)
    assert list(found.examples("tatoeba", "zh", limit=1)) == [
        SentenceExample("zh-0", "a", "source", "test", ("en-0",)),
        SentenceExample("en-0", "a", "target", "test", None),
    ]
    bucc = [(e.text, e.side, e.split) for e in found.examples("bucc2018", "de")]
    assert bucc == [
        ("a", "source", "test"),
        ("x", "target", "test"),
        ("b", "source", "dev"),
        ("y", "target", "dev"),
    ]


def test_languages_of_a_shared_config_are_those_inside_it(mirror) -> None:
    found = source(mirror)
    assert found.languages("xnli") == ("de", "en")
    assert found.languages("tydiqa") == ("ko", "ru")
    assert found.languages("tatoeba") == ("zh",)
    with pytest.raises(UserError, match=r"There is: ko ru\."):
        found.examples("tydiqa", "ar")


def test_layout_says_what_is_special(mirror) -> None:
    put(mirror, "PAWS-X.fr", "validation", [pair("x", {"label": "0"})])
    put(
        mirror,
        "PAN-X.fr",
        "test",
        [{"tokens": ["a"], "ner_tags": [-1], "langs": ["fr"]}],
        names={"ner_tags": HUB_NER},
    )
    found = source(mirror)
    assert found.layout("xnli") == "parquet"
    assert found.layout("pawsx") == "parquet; validation split: fr"
    assert found.layout("panx") == "parquet; without labels: fr"
    assert found.layout("bucc2018") == "parquet, gold pairs only"
    assert next(found.examples("panx", "fr")).tags is None


def test_shards_are_read_in_order_and_all_are_fingerprinted(mirror) -> None:
    second = put(mirror, "PAWS-X.de", "test", [pair("later", {"label": "1"})], part=1)
    found = source(mirror)
    assert [(e.id, e.text_a) for e in found.examples("pawsx", "de")][-1] == ("2", "later")
    assert found.files("pawsx", "de")[-1] == second


def test_a_bad_row_names_file_and_row_and_can_be_left_out(mirror) -> None:
    rows = [pair("x", {"label": "0"}), pair("y", {"label": "7"}), pair("z", {"label": "1"})]
    path = put(mirror, "PAWS-X.de", "test", rows)
    with pytest.raises(MalformedInput, match=r"test-00000.*, row 2: .*found '7'"):
        list(source(mirror).examples("pawsx", "de"))
    lenient = source(mirror, skip_malformed=True)
    assert [e.id for e in lenient.examples("pawsx", "de")] == ["0", "2"]
    assert lenient.skipped == {str(path): 1}


def test_a_tag_number_beyond_the_names_is_malformed(mirror) -> None:
    put(
        mirror,
        "PAN-X.de",
        "test",
        [{"tokens": ["a"], "ner_tags": [9], "langs": ["de"]}],
        names={"ner_tags": TASKS["panx"].labels},
    )
    with pytest.raises(MalformedInput, match=r"row 1: .*'class 9'"):
        list(source(mirror).examples("panx", "de"))


def test_a_question_row_keeps_its_row_in_the_file(mirror) -> None:
    rows = [qa("korean-1"), qa("russian-1"), qa("korean-2"), qa("russian-2", start=99)]
    put(mirror, "tydiqa", "validation", rows)
    with pytest.raises(MalformedInput, match=r"row 4: .*answer_start"):
        list(source(mirror).examples("tydiqa", "ru"))


def test_a_config_with_only_training_data_is_an_error_that_names_the_split(tmp_path) -> None:
    put(tmp_path, "PAWS-X.de", "train", [pair("x", {"label": "0"})])
    assert is_mirror(tmp_path, TASKS)
    with pytest.raises(UserError, match=r"expected PAWS-X\.de/test-\*\.parquet, found none"):
        source(tmp_path).examples("pawsx", "de")


def test_the_hub_is_asked_for_one_split_and_later_for_the_same_commit(mirror, tmp_path) -> None:
    snapshots = tmp_path / "snapshots"
    snapshots.mkdir()
    mirror.rename(snapshots / COMMIT)
    asked: list[tuple[str, list[str]]] = []

    def download(repository: str, **options: Any) -> str:
        assert (repository, options["repo_type"]) == ("google/xtreme", "dataset")
        asked.append((options["revision"], options["allow_patterns"]))
        return str(snapshots / COMMIT)

    found = ParquetSource(HubStore("main", download=download), TASKS)
    assert found.root == "google/xtreme@main"
    assert len(list(found.examples("pawsx", "de"))) == 2
    assert list(found.examples("mlqa", "de"))
    found.files("mlqa", "de")
    assert found.root == f"google/xtreme@{COMMIT}"
    assert asked == [
        ("main", ["PAWS-X.de/test-*.parquet"]),
        (COMMIT, ["MLQA.de.de/test-*.parquet"]),
    ]


def test_a_failed_download_says_what_was_tried_and_the_ways_out() -> None:
    def download(*_: Any, **__: Any) -> str:
        raise ConnectionError("no route to host")

    expected = (
        r"google/xtreme at revision v1: XQuAD\.de/validation-\*\.parquet.*no route to host"
        r".*--data DIR.*--data sample"
    )
    with pytest.raises(UserError, match=expected):
        ParquetSource(HubStore("v1", download=download), TASKS).examples("xquad", "de")


OFFLINE = """
import sys
from pathlib import Path
from xlbench.data.open import open_source
from xlbench.tasks.catalogue import TASKS
source = open_source("hub", TASKS, cache_dir=Path(sys.argv[1]))
print(len(list(source.examples("pawsx", "de"))), source.root)
"""


def run_offline(cache: Path) -> subprocess.CompletedProcess[str]:
    # A process of its own: the client reads HF_HUB_OFFLINE when it is imported.
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, str(cache)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_real_client_offline_reads_what_its_cache_holds(mirror, tmp_path) -> None:
    repository = tmp_path / "cache" / "datasets--google--xtreme"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    (repository / "snapshots").mkdir()
    mirror.rename(repository / "snapshots" / COMMIT)
    done = run_offline(tmp_path / "cache")
    assert done.stdout.split() == ["2", f"google/xtreme@{COMMIT}"], done.stderr


def test_the_real_client_offline_with_an_empty_cache_fails_clearly(tmp_path) -> None:
    done = run_offline(tmp_path / "cache")
    assert done.returncode != 0
    assert "UserError: dataset google/xtreme at revision main" in done.stderr


def test_the_development_sets_are_read_where_they_are_asked_for(mirror) -> None:
    put(mirror, "PAWS-X.de", "validation", [pair("dev", {"label": "1"})])
    found = source(mirror, split="dev")
    assert [e.text_a for e in found.examples("pawsx", "de")] == ["dev"]
    assert found.layout("pawsx") == "parquet, validation split"
    assert [(e.split, e.text) for e in found.examples("bucc2018", "de")] == [
        ("dev", "b"),
        ("dev", "y"),
    ]
    assert "threshold chosen on it" in found.layout("bucc2018")
    for task in ("xnli", "xquad", "tydiqa", "tatoeba", "mlqa"):
        assert found.languages(task) == ()
