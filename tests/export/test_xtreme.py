import json

from xlbench.export.xtreme import all_file_names, file_name
from xlbench.predictions import Prediction
from xlbench.tasks.catalogue import TASKS


def render(task, predictions):
    return task.kind.submission.render(predictions)


def lines(*values):
    return [Prediction(f"id-{i}", value) for i, value in enumerate(values)]


def test_labels_stand_one_a_line():
    assert render(TASKS["pawsx"], lines("0", "1")) == "0\n1\n"


def test_tags_stand_one_a_line_with_a_blank_line_between_sentences():
    assert render(TASKS["panx"], lines("O B-LOC", "O")) == "O\nB-LOC\n\nO\n"


def test_answers_are_json_by_question_that_any_locale_can_read():
    text = render(TASKS["mlqa"], lines("二つ", 'a "b"\n'))
    assert text.isascii()
    assert json.loads(text) == {"id-0": "二つ", "id-1": 'a "b"\n'}


def test_tatoeba_has_zero_based_indices_and_bucc_pairs_of_ids():
    assert render(TASKS["tatoeba"], lines("sw-0", "sw-17")) == "0\n17\n"
    assert render(TASKS["bucc2018"], [Prediction("de-1", "en-9")]) == "de-1\ten-9\n"


def test_files_are_named_as_the_readme_of_xtreme_says():
    assert file_name(TASKS["xquad"], "th") == "xquad/test-th.json"
    assert file_name(TASKS["udpos"], "th") == "udpos/test-th.tsv"
    assert len(all_file_names()) == sum(len(task.languages) for task in TASKS.values())
