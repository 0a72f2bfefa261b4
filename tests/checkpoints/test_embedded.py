import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from xlbench.checkpoints.embedded.make import SAMPLE, sentences
from xlbench.checkpoints.folders import EMBEDDED


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(EMBEDDED)


def make(out: Path, sample: Path = SAMPLE) -> dict[str, bytes]:
    out.mkdir()
    command = [
        sys.executable,
        "-m",
        "xlbench.checkpoints.embedded.make",
        "--sample",
        str(sample),
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_the_script_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    assert make(tmp_path / "a") == make(tmp_path / "b")


def test_the_shipped_files_are_what_the_script_makes_of_the_sample(tmp_path: Path) -> None:
    for name, content in make(tmp_path / "out").items():
        assert (EMBEDDED / name).read_bytes() == content, f"{name}: run embedded/make.py again"


def test_special_tokens_stand_where_xlmr_has_them(tokenizer: Any) -> None:
    assert tokenizer.convert_ids_to_tokens([0, 1, 2, 3]) == ["<s>", "<pad>", "</s>", "<unk>"]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
    assert tokenizer("a", "b")["input_ids"].count(2) == 3
    assert tokenizer("a")["input_ids"][0] == 0


def test_config_and_tokenizer_have_one_size(tokenizer: Any) -> None:
    assert json.loads((EMBEDDED / "config.json").read_text())["vocab_size"] == len(tokenizer)


def test_every_sentence_of_the_sample_is_in_the_vocabulary(tokenizer: Any) -> None:
    texts = sorted(set(sentences(SAMPLE)))
    assert len(texts) > 500
    unknown = [text for text in texts if tokenizer.unk_token_id in tokenizer(text)["input_ids"]]
    assert unknown == []


def test_offsets_point_into_the_text(tokenizer: Any) -> None:
    text = "Straße nach København"
    encoded = tokenizer(text, return_offsets_mapping=True)
    covered = {i for start, end in encoded["offset_mapping"] for i in range(start, end)}
    assert {i for i, c in enumerate(text) if c != " "} <= covered


def test_tags_and_labels_are_not_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "udpos").mkdir()
    (tmp_path / "udpos" / "test-en.tsv").write_text("A\tDET\nriver\tNOUN\n\nIt\tPRON\n")
    (tmp_path / "xnli").mkdir()
    (tmp_path / "xnli" / "test-en.tsv").write_text("It is so.\tIt is.\tentailment\n")
    assert sorted(sentences(tmp_path)) == ["A river", "It", "It is so.", "It is."]
