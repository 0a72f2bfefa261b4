"""``xlbench export`` as a user calls it."""

from __future__ import annotations

import json

import program
import pytest


def call(*arguments):
    return program.call("export", *arguments)


def test_the_summary_names_what_was_written_and_standard_error_what_was_not(
    make, labelled, tmp_path
):
    result = make(labelled, leave_out=[("panx", "yo")])
    done = call(result, tmp_path / "out", "--format", "xtreme")
    assert done.returncode == 0, done.stderr
    assert "xnli: 15 languages, 75 predictions" in done.stdout
    assert "panx: left out: no predictions for yo" in done.stderr
    assert (tmp_path / "out" / "xnli" / "test-sw.tsv").is_file()
    assert not (tmp_path / "out" / "panx").exists()


def test_json_tells_the_same(result, tmp_path):
    done = call(result, tmp_path / "out", "--json")
    told = json.loads(done.stdout)
    assert told["arm"] == "base" and told["incomplete"] == {}
    assert len(told["tasks"]) == 9 and told["tasks"]["tatoeba"]["af"] == 4


def test_of_several_arms_one_must_be_chosen(make, labelled, tmp_path):
    result = make(labelled, arms=("base", "stilts@dtype=bf16"))
    done = call(result, tmp_path / "out")
    assert done.returncode == 2
    assert "--arm" in done.stderr and "base, stilts@dtype=bf16" in done.stderr
    assert call(result, tmp_path / "out", "--arm", "nobody").returncode == 2
    assert not (tmp_path / "out").exists()
    assert call(result, tmp_path / "out", "--arm", "stilts@dtype=bf16").returncode == 0


def test_a_folder_that_is_not_empty_is_kept_unless_forced(make, result, labelled, tmp_path):
    folder = tmp_path / "out"
    assert call(result, folder).returncode == 0
    (folder / "notes.txt").write_text("mine")
    without = make(labelled, leave_out=[("panx", "yo")])
    refused = call(without, folder)
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert (folder / "panx" / "test-af.tsv").is_file()
    assert call(without, folder, "--force").returncode == 0
    assert not (folder / "panx" / "test-af.tsv").exists(), "of another run than the rest"
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("kind", ["missing", "not a result"])
def test_a_folder_without_a_run_is_one_line_and_exit_code_2(kind, tmp_path):
    place = tmp_path / "empty"
    if kind == "not a result":
        place.mkdir()
    done = call(place, tmp_path / "out")
    assert done.returncode == 2
    assert "not a result folder" in done.stderr and "Traceback" not in done.stderr


def test_a_place_that_can_not_be_written_is_one_line_and_exit_code_2(result, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        done = call(result, place)
        assert done.returncode == 2, place
        assert str(place) in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_format_is_refused(result, tmp_path):
    assert call(result, tmp_path / "out", "--format", "glue").returncode == 2
